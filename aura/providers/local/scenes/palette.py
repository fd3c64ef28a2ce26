"""The colours of a picture, grouped in CIELAB and named."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.providers.local.scenes.model import Colour

Floats = NDArray[np.float64]
GROUPS: Final = 7
ROUNDS: Final = 8
SMALLEST: Final = 0.03
"""Groups with a smaller share of the picture are not named."""
GREY_CHROMA: Final = 7.0
NEUTRALS: Final = frozenset({"black", "charcoal", "grey", "silver", "white"})
NAMED: Final = {
    "black": "0d0d0f", "charcoal": "3a3b3f", "grey": "85878a", "silver": "bfc1c4", "white": "f6f6f6",
    "cream": "f3e9d2", "beige": "dcc9a8", "sand": "c9ae82", "caramel": "b07a45", "brown": "6e4a2e",
    "chocolate": "43291c", "rust": "a3491f", "terracotta": "c66b4e", "orange": "ee8326", "peach": "f8c3a0",
    "coral": "f47c6a", "red": "cf2228", "burgundy": "74182c", "pink": "ee86ad", "blush": "efcdcb",
    "magenta": "c8297f", "plum": "5e2a5c", "purple": "7d3fa6", "lavender": "bda9dd", "navy": "1b2a55",
    "blue": "2b5fc0", "sky blue": "8fc1e8", "steel blue": "5b7f9f", "turquoise": "3fc4c0", "teal": "17706f",
    "mint": "a9dcc0", "green": "3b8f3f", "olive": "74752f", "forest green": "1f4a30", "sage": "9fae8b",
    "lime": "a8cc3a", "yellow": "f5d733", "gold": "d9a52b", "mustard": "b98a1f",
}  # fmt: skip
# CIE 15: sRGB (IEC 61966-2-1) to XYZ, white point D65.
TO_XYZ: Final = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE: Final = np.array([0.95047, 1.0, 1.08883])


def lab_of(rgb: NDArray[np.uint8]) -> Floats:
    """``[..., 3]`` sRGB bytes as ``[..., 3]`` CIELAB: L* 0..100, a* and b* about -110..110."""
    linear = LINEAR[rgb]
    xyz = linear @ TO_XYZ.T / WHITE
    cube = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness = 116 * cube[..., 1] - 16
    return np.stack([lightness, 500 * (cube[..., 0] - cube[..., 1]), 200 * (cube[..., 1] - cube[..., 2])], axis=-1)


def _linear() -> Floats:
    values = np.arange(256) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


LINEAR: Final = _linear()
_NAMES: Final = tuple(NAMED)
_TABLE: Final = lab_of(np.array([[int(h[i : i + 2], 16) for i in (0, 2, 4)] for h in NAMED.values()], dtype=np.uint8))
_IS_NEUTRAL: Final = np.array([name in NEUTRALS for name in _NAMES])


def name_of(lab: Floats) -> str:
    """The nearest named colour. Lightness weighs half: a shadow on a red wall is still red; greys stay greys."""
    away = (_TABLE - lab) * np.array([0.6, 1.0, 1.0])
    distance = (away**2).sum(axis=1)
    is_grey = float(np.hypot(lab[1], lab[2])) < GREY_CHROMA
    distance = np.where(is_grey == _IS_NEUTRAL, distance, distance + 400)
    return _NAMES[int(distance.argmin())]


def palette(lab: Floats) -> tuple[Colour, ...]:
    """The named colours of ``[N, 3]`` CIELAB pixels, largest share first; groups of one name are one colour.

    K-means (Lloyd 1982) from points that are spread by lightness and hue; the same pixels give the same colours.
    """
    pixels = lab.reshape(-1, 3)
    centres = _first_centres(pixels)
    nearest = np.zeros(len(pixels), dtype=np.intp)
    for _ in range(ROUNDS):
        nearest = ((pixels[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        for group in range(len(centres)):
            members = pixels[nearest == group]
            if len(members):
                centres[group] = members.mean(axis=0)
    counts = np.bincount(nearest, minlength=len(centres)) / len(pixels)
    return _merged(centres, counts)


def _first_centres(pixels: Floats) -> Floats:
    """The farthest points, one after the other, beginning at the mean (Gonzalez 1985)."""
    centres = [pixels.mean(axis=0)]
    away = ((pixels - centres[0]) ** 2).sum(axis=1)
    for _ in range(GROUPS - 1):
        centres.append(pixels[int(away.argmax())])
        away = np.minimum(away, ((pixels - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)


def _merged(centres: Floats, counts: Floats) -> tuple[Colour, ...]:
    groups: dict[str, list[int]] = {}
    for index in range(len(centres)):
        if counts[index] > 0:
            groups.setdefault(name_of(centres[index]), []).append(index)
    found = []
    for name, members in groups.items():
        share = float(counts[members].sum())
        middle = (centres[members] * counts[members][:, None]).sum(axis=0) / share
        chroma = float(np.hypot(middle[1], middle[2]))
        if share >= SMALLEST:
            found.append(Colour(name, round(share, 3), _rounded(middle), round(chroma, 1)))
    return tuple(sorted(found, key=lambda one: -one.share))


def _rounded(lab: Floats) -> tuple[float, float, float]:
    lightness, a, b = (round(float(value), 1) for value in lab)
    return lightness, a, b


def accents(colours: tuple[Colour, ...]) -> tuple[Colour, ...]:
    """The colours that one would name, most telling first: saturated ones count more than their share."""
    telling = [one for one in colours if one.chroma >= 14]
    return tuple(sorted(telling, key=lambda one: -(one.share**0.5) * min(one.chroma, 70)))


def hue_apart(one: Colour, other: Colour) -> float:
    """Degrees 0..180 between the hues of two colours."""
    angles = [np.degrees(np.arctan2(c.lab[2], c.lab[1])) for c in (one, other)]
    apart = abs(angles[0] - angles[1]) % 360
    return float(min(apart, 360 - apart))
