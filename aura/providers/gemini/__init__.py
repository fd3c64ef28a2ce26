"""Google's Gemini behind Aura's own ports."""

from aura.providers.gemini.batch import GeminiBatch
from aura.providers.gemini.finding import GeminiFinder
from aura.providers.gemini.images import GeminiImages
from aura.providers.gemini.reader import GeminiReader
from aura.providers.gemini.structured import GeminiStructured
from aura.providers.gemini.vision import GeminiVision

__all__ = ["GeminiBatch", "GeminiFinder", "GeminiImages", "GeminiReader", "GeminiStructured", "GeminiVision"]
