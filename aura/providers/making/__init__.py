"""What services that make pictures share: forms in pixels, and one making out of several calls."""

from aura.providers.making.calls import Drawn, Shots, made
from aura.providers.making.forms import cropped, ratio_of, sides

__all__ = ["Drawn", "Shots", "cropped", "made", "ratio_of", "sides"]
