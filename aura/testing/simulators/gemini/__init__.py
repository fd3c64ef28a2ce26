"""Google's Gemini API as far as Aura uses it: reading profiles, batches and the files of their results."""

from aura.testing.simulators.gemini.service import KEY, GeminiSimulator

__all__ = ["KEY", "GeminiSimulator"]
