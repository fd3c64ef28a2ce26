"""Colour arithmetic in OKLab, in which mixing keeps hues clean (Ottosson 2020, https://bottosson.github.io/posts/oklab/)."""

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Floats = NDArray[np.float32]

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
FROM_LAB = np.linalg.inv(TO_LAB).astype(np.float32)
FROM_LMS = np.linalg.inv(TO_LMS).astype(np.float32)


def lab(colours: object) -> Floats:
    """OKLab of sRGB values from 0 to 255; the last axis is the colour."""
    shares = np.asarray(colours, np.float32) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4).astype(np.float32)
    found: Floats = np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T
    return found


def rgb(values: Floats) -> Floats:
    """sRGB values from 0 to 255, not rounded; what lies outside of sRGB is clipped."""
    linear = np.clip(((values @ FROM_LAB.T) ** 3) @ FROM_LMS.T, 0, 1)
    found: Floats = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    return found.astype(np.float32)


def hexed(text: str) -> Colour:
    """A colour from ``#rrggbb`` or ``rrggbb``."""
    value = int(text.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def rounded(values: Floats) -> Colour:
    """One OKLab colour as three whole numbers."""
    red, green, blue = (int(round(float(one))) for one in rgb(values))
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` of ``other`` in ``one``."""
    first, second = lab(one), lab(other)
    return rounded(first + (second - first) * np.float32(share))


def ramp(stops: object, places: Floats) -> Floats:
    """sRGB values at ``places`` (0 to 1) along evenly spaced colours."""
    found = lab(stops)
    at = np.clip(places, 0, 1) * (len(found) - 1)
    low = np.minimum(at.astype(np.intp), len(found) - 2)
    share = (at - low)[..., None].astype(np.float32)
    return rgb(found[low] * (1 - share) + found[low + 1] * share)


def polar(lightness: float, chroma: float, hue: float) -> Colour:
    """The colour of an OKLCh triple, hue in degrees; chroma is lowered until sRGB holds it."""
    angle = np.deg2rad(hue)
    for _ in range(24):
        values = np.array([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], np.float32)
        linear = ((values @ FROM_LAB.T) ** 3) @ FROM_LMS.T
        if float(linear.min()) >= -0.002 and float(linear.max()) <= 1.002:
            break
        chroma *= 0.9
    return rounded(values)


def luminance(colour: object) -> float:
    """Relative luminance from 0 to 1 (WCAG 2.2)."""
    shares = np.asarray(colour, np.float32) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: object, other: object) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
