"""OpenAI, and the servers that speak as it does, behind Aura's own ports."""

from aura.providers.openai_compatible.images import OpenAIImages
from aura.providers.openai_compatible.reader import OpenAIReader
from aura.providers.openai_compatible.structured import OpenAIStructured
from aura.providers.openai_compatible.vision import OpenAIVision

__all__ = ["OpenAIImages", "OpenAIReader", "OpenAIStructured", "OpenAIVision"]
