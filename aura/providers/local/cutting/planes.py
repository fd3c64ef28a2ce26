"""Arithmetic on planes (height × width arrays of float32): means over boxes, sizes, connected parts."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Labels = NDArray[np.int32]


def boxed(plane: Floats, reach: int) -> Floats:
    """The mean over the square of ``2 × reach + 1`` pixels around each pixel; the rim is continued outwards."""
    if reach < 1:
        return plane
    return _rows(_rows(plane, reach).swapaxes(0, 1), reach).swapaxes(0, 1)


def _rows(plane: Floats, reach: int) -> Floats:
    """The running mean down the first axis, from one sum of all that stands above."""
    padding = [(reach + 1, reach), *[(0, 0)] * (plane.ndim - 1)]
    sums = np.cumsum(np.pad(plane, padding, mode="edge"), axis=0, dtype=np.float64)
    found: Floats = ((sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)).astype(np.float32)
    return found


def blurred(plane: Floats, reach: int) -> Floats:
    """Nearly a Gaussian: three boxes one after another."""
    return boxed(boxed(boxed(plane, reach), reach), reach)


def sized(plane: Floats, size: tuple[int, int]) -> Floats:
    """A plane, or an array of planes on its last axis, at another ``(width, height)``."""
    if plane.ndim == 3:
        return np.stack([sized(plane[..., one], size) for one in range(plane.shape[2])], axis=-1)
    picture = Image.fromarray(np.ascontiguousarray(plane))
    return np.array(picture.resize(size, Image.Resampling.BILINEAR), np.float32)


def labelled(mask: Flags) -> tuple[Labels, NDArray[np.int64]]:
    """Every connected part (by sides) numbered from 1, 0 elsewhere; and the pixels of each number, 0 included."""
    height, width = mask.shape
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edges == 1)
    stop = np.nonzero(edges == -1)[1]
    parent = list(range(len(row)))
    firsts = np.searchsorted(row, np.arange(height + 1))
    for line in range(1, height):
        _join(parent, start, stop, range(firsts[line - 1], firsts[line]), range(firsts[line], firsts[line + 1]))
    roots = np.array([_root(parent, run) for run in range(len(row))], np.int64)
    numbers = np.unique(roots, return_inverse=True)[1] + 1 if len(row) else roots
    steps = np.zeros((height, width + 1), np.int32)
    steps[row, start] += numbers.astype(np.int32)
    np.subtract.at(steps, (row, stop), numbers.astype(np.int32))
    found = np.cumsum(steps, axis=1, dtype=np.int32)[:, :width]
    return found, np.bincount(found.ravel())


def _root(parent: list[int], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run


def _join(parent: list[int], start: NDArray[np.int64], stop: NDArray[np.int64], above: range, here: range) -> None:
    """Runs of two neighbouring lines that share a column belong together."""
    over, run = above.start, here.start
    while over < above.stop and run < here.stop:
        if start[over] < stop[run] and start[run] < stop[over]:
            one, other = _root(parent, over), _root(parent, run)
            parent[max(one, other)] = min(one, other)
        if stop[over] < stop[run]:
            over += 1
        else:
            run += 1


def rim(shape: tuple[int, int], share: float) -> Flags:
    """The frame of a picture, ``share`` of its shorter side wide."""
    wide = max(1, round(min(shape) * share))
    found = np.ones(shape, np.bool_)
    found[wide:-wide, wide:-wide] = False
    return found
