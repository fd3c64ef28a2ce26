"""The optimizer over HTTP."""
