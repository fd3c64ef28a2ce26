"""Measurements (docs/performance.md)."""
