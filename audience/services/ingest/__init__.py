"""Stores the records of a dataset: posts, people and comments, idempotently and in batches that can be resumed (A2)."""

from audience.services.ingest.importing import import_records

__all__ = ["import_records"]
