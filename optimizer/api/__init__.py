"""The app over HTTP, below ``/api/v1/optimize/``."""
