"""A logo on a picture: at one of nine places, never stretched, in the variant that can be read there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from optimizer.engine.opening import open_image

Anchor = Literal["top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right"]
Lights = NDArray[np.float64]
Tone = Literal["auto", "original", "light", "dark"]

ANCHORS: Final[dict[Anchor, tuple[float, float]]] = {
    "top-left": (0, 0),
    "top": (0.5, 0),
    "top-right": (1, 0),
    "left": (0, 0.5),
    "center": (0.5, 0.5),
    "right": (1, 0.5),
    "bottom-left": (0, 1),
    "bottom": (0.5, 1),
    "bottom-right": (1, 1),
}
LOGO_BYTES: Final = 10 * 2**20
LOGO_SIDE: Final = 16
LOGO_KEPT: Final = 2048
# WCAG 2.2, 1.4.11: what a graphic needs against its surroundings.
READABLE: Final = 3.0
# The part of the ground that may be worse.
WORST: Final = 0.2
# A logo whose colours are this far from grey (0..255) is of a colour, and keeps it.
COLOURLESS: Final = 24
HALO: Final = 0.55
LIGHT: Final = (255, 255, 255)
DARK: Final = (17, 17, 17)


@dataclass(frozen=True, slots=True)
class Logo:
    """``image`` (and ``other``, the maker's own variant for the opposite ground) is RGBA or RGB in sRGB.

    ``scale`` is the part (0..1) of the output's width, and of its height, that the logo may fill; ``margin`` the part
    of the shorter side kept free around it; ``opacity`` 0..1.
    """

    image: Image.Image
    anchor: Anchor = "bottom-right"
    scale: float = 0.18
    margin: float = 0.04
    opacity: float = 1.0
    tone: Tone = "auto"
    other: Image.Image | None = None


def open_logo(source: bytes | Path) -> Image.Image:
    """A logo in any format that :func:`~optimizer.engine.opening.open_image` takes, at most 10 MB, at least 16 × 16.

    Empty borders are cut off, so that margins are those that were asked for. Raises ``PictureRefused``.
    """
    longest = lambda width, height: LOGO_KEPT / max(width, height)  # noqa: E731
    image = open_image(source, longest, max_bytes=LOGO_BYTES, min_side=LOGO_SIDE).image
    box = image.getchannel("A").getbbox() if image.mode == "RGBA" else None
    return image.crop(box) if box else image


def place_logo(image: Image.Image, logo: Logo) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture with the logo on it, and what was done to it in words. ``image`` itself is not changed."""
    box = logo_box(image.size, logo)
    size = (box[2] - box[0], box[3] - box[1])
    ground = _ground(image, box)
    mark, note = _variant(logo, size, ground)
    notes = [note] if note else []
    if logo.image.width < size[0] * 0.8:
        notes.append("The logo has fewer pixels than its place: a larger file would be sharper.")
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    layer.paste(mark, box[:2])
    if note.startswith("A soft"):
        layer = Image.alpha_composite(_halo(layer, ground, box), layer)
    if logo.opacity < 1:
        layer.putalpha(layer.getchannel("A").point(lambda value: value * max(0.0, logo.opacity)))
    under = image if image.mode == "RGBA" else image.convert("RGBA")
    return Image.alpha_composite(under, layer).convert(image.mode), tuple(notes)


def logo_box(size: tuple[int, int], logo: Logo) -> tuple[int, int, int, int]:
    """Where the logo goes on an output of this size: left, top, right, bottom in pixels."""
    width, height = size
    margin = round(min(max(logo.margin, 0.0), 0.25) * min(size))
    scale = min(max(logo.scale, 0.02), 1.0)
    room = (min(width * scale, width - 2 * margin), min(height * scale, height - 2 * margin))
    by = min(room[0] / logo.image.width, room[1] / logo.image.height)
    across, down = max(1, round(logo.image.width * by)), max(1, round(logo.image.height * by))
    x, y = ANCHORS[logo.anchor]
    left = round(margin + x * (width - 2 * margin - across))
    top = round(margin + y * (height - 2 * margin - down))
    return left, top, left + across, top + down


def _ground(image: Image.Image, box: tuple[int, int, int, int]) -> Lights:
    """The luminance (0..1) of 16 × 16 places under the logo, transparent ones counted as white."""
    part = image.crop(box).resize((16, 16), Image.Resampling.BOX)
    if part.mode == "RGBA":
        paper = Image.new("RGB", part.size, LIGHT)
        paper.paste(part, mask=part.getchannel("A"))
        part = paper
    return _luminance(np.asarray(part, dtype=np.float64))


def _variant(logo: Logo, size: tuple[int, int], ground: Lights) -> tuple[Image.Image, str]:
    """The logo at its size, in the tone asked for or that reads best, and what was done."""
    mark = _sized(logo.image, size)
    if logo.tone in {"light", "dark"}:
        return _painted(mark, LIGHT if logo.tone == "light" else DARK), ""
    own = _contrast(_tone(mark), ground)
    if logo.tone == "original" or own >= READABLE:
        return mark, ""
    if logo.other is not None:
        second = _fitted(logo.other, size)
        if _contrast(_tone(second), ground) > own:
            return second, "The logo's other variant is used: it reads better here."
    if logo.image.mode == "RGBA" and _colourless(mark):
        light = _contrast(1.0, ground) >= _contrast(_luminance(np.array(DARK, dtype=np.float64)).item(), ground)
        return _painted(mark, LIGHT if light else DARK), f"The logo is {'light' if light else 'dark'} to be readable."
    return mark, "A soft ground lies under the logo to make it readable." if logo.image.mode == "RGBA" else ""


def _sized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.convert("RGBA").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A second variant in the first one's place, its own proportions kept."""
    by = min(size[0] / image.width, size[1] / image.height)
    inner = _sized(image, (max(1, round(image.width * by)), max(1, round(image.height * by))))
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    canvas.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return canvas


def _painted(mark: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    painted = Image.new("RGBA", mark.size, (*colour, 0))
    painted.putalpha(mark.getchannel("A"))
    return painted


def _halo(layer: Image.Image, ground: Lights, box: tuple[int, int, int, int]) -> Image.Image:
    """A soft shadow of the logo's shape: dark on a light logo's ground, light on a dark one's."""
    radius = max(4, min(box[2] - box[0], box[3] - box[1]) // 8)
    shape = layer.getchannel("A").filter(ImageFilter.GaussianBlur(radius))
    shape = ImageChops.add(shape, shape).point(lambda value: value * HALO)
    colour = DARK if ground.mean() > 0.4 else LIGHT
    logo_light = _tone(layer.crop(box))
    if _contrast(logo_light, np.array(1.0 if colour == LIGHT else 0.0)) < READABLE:
        colour = LIGHT if colour == DARK else DARK
    halo = Image.new("RGBA", layer.size, (*colour, 0))
    halo.putalpha(shape)
    return halo


def _tone(mark: Image.Image) -> float:
    """The mean luminance (0..1) of what is seen of a logo."""
    pixels = np.asarray(mark.convert("RGBA"), dtype=np.float64)
    alpha = pixels[..., 3]
    return float((_luminance(pixels[..., :3]) * alpha).sum() / max(float(alpha.sum()), 1.0))


def _colourless(mark: Image.Image) -> bool:
    pixels = np.asarray(mark, dtype=np.int16)
    seen = pixels[pixels[..., 3] > 127][:, :3]
    if not len(seen):
        return False
    # One tone of grey, not a picture in black and white.
    return bool(np.ptp(seen, axis=1).mean() < COLOURLESS and seen.mean(axis=1).std() < 2 * COLOURLESS)


def _luminance(rgb: Lights) -> Lights:
    """Relative luminance of sRGB 0..255 (WCAG 2.2)."""
    part = rgb / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float64)


def _contrast(tone: float, ground: Lights) -> float:
    """The contrast (1..21) that four fifths of the ground reach: a lamp in a dark sky does not hide a dark logo."""
    light, dark = np.maximum(ground, tone), np.minimum(ground, tone)
    return float(np.quantile((light + 0.05) / (dark + 0.05), WORST))
