"""The optimizer's pages."""
