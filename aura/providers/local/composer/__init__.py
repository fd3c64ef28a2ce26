"""The composer that ships with Aura: pictures from words without a model, honestly labelled."""

from aura.providers.local.composer.composer import LocalComposer
from aura.providers.local.composer.composition import LABEL, SIZES

__all__ = ["LABEL", "SIZES", "LocalComposer"]
