"""A server that speaks OpenAI's chat completions as far as Aura uses them, as strict as OpenAI or as odd as others."""

from aura.testing.simulators.openai.service import KEY, OpenAISimulator

__all__ = ["KEY", "OpenAISimulator"]
