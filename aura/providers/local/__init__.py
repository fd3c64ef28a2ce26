"""The model that ships with Aura. The heavy parts load at the first picture, once for each process."""

from aura.providers.local.vision import LocalVision

__all__ = ["LocalVision"]
