"""What all models that answer in JSON share: the question, the check of the answer, one try to repair it. Pure."""

from aura.providers.structured.asking import Try, answered, asked_of, room_of
from aura.providers.structured.shapes import WrongShape, checked

__all__ = ["Try", "WrongShape", "answered", "asked_of", "checked", "room_of"]
