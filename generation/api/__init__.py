"""The generation API."""
