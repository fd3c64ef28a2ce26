"""What a picture shows and how it is made, seen with arithmetic and the face model of this machine; no network."""

from aura.providers.local.scenes.looking import look
from aura.providers.local.scenes.model import Colour, Composition, Face, Fact, Light, Nature, Scene

__all__ = ["Colour", "Composition", "Face", "Fact", "Light", "Nature", "Scene", "look"]
