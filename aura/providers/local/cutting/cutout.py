"""One product out of one picture: ground, first guess, colours by turns with an edge-keeping mask, clean edge."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from aura.providers.local.composer.colours import lab
from aura.providers.local.cutting.grounds import Backdrop, backdrop, closed, outset, shaded, showing
from aura.providers.local.cutting.judging import Judgement, judged, scatter
from aura.providers.local.cutting.mattes import cleaned, matte
from aura.providers.local.cutting.mixtures import mixture
from aura.providers.local.cutting.planes import Flags, Floats, boxed, labelled, rim, sized
from aura.providers.local.cutting.walker import Weights, walked, weights_of

COARSE, FINE = 128, 300
TURNS: Final = 4
CLOUDS: Final = 6
MOST_SIDE: Final = 2048
BEYOND: Final = 12.0
"""A pixel this unlikely under every cloud belongs to whichever side is less certain of its own."""

THIN: Final = 0.13
"""How thin a piece of product around a gap is somewhere, as a share of the root of the product's area."""
GAP: Final = 0.45


@dataclass(frozen=True, slots=True)
class Cutout:
    """A product without its ground. ``picture`` is RGBA at the size of the source; ``box`` is where the product stands
    (left, top, right, bottom; the whole picture where nothing was found); ``cropped`` are its own pixels."""

    picture: Image.Image
    box: tuple[int, int, int, int]
    judgement: Judgement

    @property
    def cropped(self) -> Image.Image:
        """The product's box alone."""
        return self.picture.crop(self.box)


def cut_out(picture: Image.Image) -> Cutout:
    """Cut the most salient object out of a picture (RGB, or RGBA whose transparency is then believed).

    Pictures above 2048 pixels a side are reduced first; the same picture always gives the same answer. It always
    answers: whether the answer is good stands in ``judgement``.
    """
    if max(picture.size) > MOST_SIDE:
        picture = picture.copy()
        picture.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if picture.has_transparency_data:
        given = _given(picture.convert("RGBA"))
        if given is not None:
            return given
    plain = picture.convert("RGB")
    colours = _small(plain, FINE)
    mask, ground, scattered = _masked(plain, colours)
    alpha = matte(plain, mask)
    verdict = judged(mask, sized(alpha, (colours.shape[1], colours.shape[0])), colours, scattered, ground.noise)
    whole = cleaned(plain, alpha)
    return Cutout(whole, _box(whole), verdict)


def _given(picture: Image.Image) -> Cutout | None:
    """A picture that is cut out already, or None where its transparency says nothing."""
    alpha = np.asarray(picture.getchannel("A"), np.float32) / 255
    if float((alpha < 0.04).mean()) < 0.02 or float(alpha.max()) < 0.5:
        return None
    share = float((alpha > 0.5).mean())
    frame = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]]) > 0.5
    verdict = Judgement(1.0, (), share, float(frame.mean()), 1.0, 0.0, 0.0, 1.0)
    return Cutout(picture, _box(picture), verdict)


def _box(picture: Image.Image) -> tuple[int, int, int, int]:
    solid = picture.getchannel("A").point(lambda value: 255 if value > 24 else 0)
    return solid.getbbox() or (0, 0, *picture.size)


def _small(picture: Image.Image, side: int) -> Floats:
    """OKLab colours of the picture with its longer side at ``side``."""
    scale = min(1.0, side / max(picture.size))
    size = (max(16, round(picture.width * scale)), max(16, round(picture.height * scale)))
    return lab(np.asarray(picture.resize(size, Image.Resampling.BOX)))


def _masked(picture: Image.Image, colours: Floats) -> tuple[Floats, Backdrop, float]:
    """The soft mask at the fine size, the ground, and the share that lay apart."""
    rng = np.random.default_rng(20)
    rough = _small(picture, COARSE)
    ground = backdrop(rough, rng)
    mask = outset(ground)
    weights = weights_of(rough)
    shut = closed(weights, ground)
    for _ in range(TURNS):
        mask = _turned(rough, ground, mask, weights, shut, rng)
    fine = backdrop(colours, rng)
    start = sized(mask, (colours.shape[1], colours.shape[0]))
    shut = sized(shut, (colours.shape[1], colours.shape[0]))
    mask = _turned(colours, fine, start, weights_of(colours), shut, rng)
    kept, scattered = scatter(mask > 0.5)
    return _filled(np.where(kept | (mask <= 0.5) & _beside(kept), mask, np.minimum(mask, 0.0)), fine), fine, scattered


def _beside(kept: Flags) -> Flags:
    """Within two pixels of what is kept: its soft edge."""
    wide = np.pad(kept, 2)
    height, width = kept.shape
    shifts = [wide[y : y + height, x : x + width] for y in range(5) for x in range(5)]
    found: Flags = np.logical_or.reduce(shifts)
    return found


def _turned(
    colours: Floats, ground: Backdrop, mask: Floats, weights: Weights, shut: Floats, rng: np.random.Generator
) -> Floats:
    """One turn: learn both sides' colours from the mask, then draw the mask anew by colours and edges."""
    height, width = mask.shape
    product, rest = mask > 0.6, mask < 0.3
    flat = ground.flat.reshape(-1, 3)
    if product.sum() < 30 or rest.sum() < 30:
        return mask
    own = mixture(ground.flat[product], CLOUDS, rng).unlikely(flat).reshape(height, width)
    other = mixture(ground.flat[rest], CLOUDS, rng).unlikely(flat).reshape(height, width)
    frame = ground.model.unlikely(flat).reshape(height, width)
    # What the frame shows is ground wherever it shows again, also where the mask was wrong so far.
    other = np.minimum(other, frame + 1.0)
    odds = np.clip(other - own, -BEYOND, BEYOND) - 8 * shaded(colours, ground, shut)
    odds -= 6 * np.clip(1 - 3 * shut, 0, 1)
    wanted = (1 / (1 + np.exp(-odds))).astype(np.float32)
    trust = (0.03 + np.abs(2 * wanted - 1) * np.minimum(1, np.abs(odds) / 5)).astype(np.float32)
    edge = rim(mask.shape, 0.012)
    likely = edge & (ground.far < 6)
    wanted = np.where(likely, 0, wanted).astype(np.float32)
    trust = np.where(likely, 4, trust).astype(np.float32)
    return walked(weights, wanted, trust, mask)


def _filled(mask: Floats, ground: Backdrop) -> Floats:
    """Without the holes that are not one: a label is no hole, the gap of a handle is.

    A gap shows the ground's very colour, and somewhere only a thin piece of product lies between it and the outside.
    """
    holes, sizes = labelled(mask <= 0.5)
    outer = np.unique(np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]]))
    solid = float((mask > 0.5).sum())
    open_ = np.isin(holes, outer[outer > 0]).astype(np.float32)
    near = boxed(open_, max(2, round(THIN * solid**0.5))) > 0
    like = showing(ground)
    kept = np.zeros(len(sizes), np.bool_)
    for one in range(1, len(sizes)):
        if one in outer or sizes[one] < 0.006 * solid:
            continue
        own = holes == one
        kept[one] = bool((own & near).any()) and float(np.median(like[own])) > GAP
    kept[outer] = True
    kept[0] = True
    found: Floats = np.where(kept[holes], mask, np.float32(1))
    return found
