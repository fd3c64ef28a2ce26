"""Models as people call them."""

from typing import Final

VENDORS: Final = {"gemini": "Google Gemini", "openai": "an OpenAI-compatible service", "replicate": "Replicate"}
OWN: Final = {"local": "the model built into Aura", "local:writer": "this machine", "local:composer": "this machine"}


def model_words(model: str) -> str:
    """A model in words; a name that is not known stays as it is.

    >>> model_words("gemini:gemini-3.5-flash-lite"), model_words("local:writer"), model_words("replicate")
    ('Google Gemini (gemini-3.5-flash-lite)', 'this machine', 'Replicate')
    """
    vendor, _, name = model.partition(":")
    known = VENDORS.get(vendor)
    if known is None:
        return OWN.get(model, model)
    return f"{known} ({name})" if name else known
