"""Stores the records of a dataset: posts, people and comments, idempotently and in batches that can be resumed (A2)."""

from audience.services.ingest.importing import import_records
from audience.services.ingest.memory import Memory

__all__ = ["Memory", "import_records"]
