"""Kills what runs jobs and counts what is lost: ``python -m aura.testing.chaos`` (``make chaos``)."""
