"""All faces of a picture with their ages, by the models of ``aura.providers.local.faces``."""

from typing import Any, Final

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aura.providers.local.combine import YOUNGER_BY, YOUNGER_FROM, age_probabilities
from aura.providers.local.faces import AGE_CHIP, PADDINGS, FaceReader, face_reader
from aura.providers.local.scenes.model import Face

SIDE: Final = 640
FAR_SIDE: Final = 960
"""Where nobody is found, larger pictures are searched once more for smaller faces (80 px of 960)."""
MOST: Final = 24
FIRM: Final = 0.1
"""Pictures without people gave detector scores up to 0.15; of those under this, nothing is said."""
MINORS: Final = "13-17"


def faces(image: Image.Image, *, reader: FaceReader | None = None) -> tuple[Face, ...]:
    """The faces of an RGB picture, largest first, at most 24. Raises what loading the models raises."""
    models = reader or face_reader()
    with models.lock:
        found = _at(image, SIDE, models)
        if not found and max(image.size) > SIDE:
            found = _at(image, FAR_SIDE, models)
    return tuple(sorted(found, key=lambda face: -face.width)[:MOST])


def _at(image: Image.Image, side: int, models: FaceReader) -> list[Face]:
    scale = min(1.0, side / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    pixels = np.ascontiguousarray(image.resize(size, Image.Resampling.BILINEAR))
    boxes, scores, _ = models.detector.run(pixels, 0, 0.0)
    firm = [box for box, score in zip(boxes, scores, strict=True) if score >= FIRM][:MOST]
    if not firm:
        return []
    chips = [chip for box in firm for chip in _chips(pixels, box, models)]
    ages = (models.age.run(chips) @ models.years).reshape(len(firm), -1)
    return [_face(box, pixels.shape, views) for box, views in zip(firm, ages, strict=True)]


def _chips(pixels: NDArray[np.uint8], box: Any, models: FaceReader) -> list[NDArray[np.uint8]]:
    shape = models.landmarks(pixels, box)
    return [dlib.extract_image_chip(pixels, dlib.get_face_chip_details(shape, AGE_CHIP, pad)) for pad in PADDINGS]


def _face(box: Any, shape: tuple[int, ...], ages: NDArray[np.float64]) -> Face:
    height, width = shape[:2]
    bare = float(ages.mean())
    years = bare + YOUNGER_BY * max(0.0, bare - YOUNGER_FROM)
    return Face(
        x=round((box.left() + box.right()) / 2 / width, 3),
        y=round((box.top() + box.bottom()) / 2 / height, 3),
        width=round(box.width() / width, 3),
        years=round(years, 1),
        minor=round(age_probabilities(years)[MINORS], 3),
    )
