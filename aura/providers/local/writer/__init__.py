"""The embedded writer: words for pictures without a cloud, by a grammar over what was really seen."""

from aura.providers.local.writer.writing import LocalWriter

__all__ = ["LocalWriter"]
