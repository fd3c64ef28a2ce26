"""Cut a product out of its photograph on this machine: no cloud, no model file, numpy and Pillow alone."""

from aura.providers.local.cutting.cutout import Cutout, cut_out
from aura.providers.local.cutting.judging import Judgement

__all__ = ["Cutout", "Judgement", "cut_out"]
