"""Product photographs without a model: CPU seconds, memory and how well the cut-out fits, on drawn products.

``make bench ARGS=benchmarks/product.py``. AURA_TEST_PRODUCT_SEEDS sets how many scenes of each product and ground
are cut (1). Where ``cv2`` can be imported (it is no requirement), OpenCV's GrabCut cuts the same pictures at 400
pixels: once from a rectangle, once from the first guess that ours begins with. CPU seconds, for machines are shared.
"""

import importlib
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aura.providers.local.composer.colours import lab
from aura.providers.local.cutting import cut_out
from aura.providers.local.cutting.grounds import backdrop, outset
from aura.providers.local.staging import STYLES, staged
from aura.testing.products import GROUNDS, PLAIN, PRODUCTS, SLOPED, DrawnProduct, drawn_product, overlap

SEEDS = int(os.environ.get("AURA_TEST_PRODUCT_SEEDS", "1"))
SIDE, WORK = 1080, 400
FIRST_SEED = 101
"""Not among the scenes that the cut-out was built with."""


MEASURE = """
import sys
from pathlib import Path
from PIL import Image
from aura.providers.local.cutting import cut_out
from aura.providers.local.staging import STYLES, staged
cut_out(Image.new("RGB", (64, 64)))
with Image.open(sys.argv[1]) as source:
    picture = source.convert("RGB")
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith("VmHWM")).split()[1]) / 1024
first = peak()
found = cut_out(picture)
second = peak()
for style in STYLES:
    staged(found, style, (1080, 1350), 1)
print(f"{first:.0f} MB before, {second:.0f} MB with the cut-out, {peak():.0f} MB with all styles")
"""


def memory(picture: Path) -> str:
    """The most memory that a process of its own had."""
    command = [sys.executable, "-c", MEASURE, str(picture)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.strip()


def kind(ground: str) -> str:
    """Which of the three sorts a ground is of."""
    return "plain" if ground in PLAIN else "sloped" if ground in SLOPED else "textured"


def grabbed(cv2: Any, picture: Image.Image, *, seeded: bool) -> Image.Image:
    """OpenCV's GrabCut, five rounds."""
    small = picture.resize((WORK, WORK), Image.Resampling.BOX)
    pixels = np.ascontiguousarray(np.asarray(small)[..., ::-1])
    mask = np.zeros((WORK, WORK), np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    if seeded:
        guess = outset(backdrop(lab(np.asarray(small)), np.random.default_rng(20)))
        mask[:] = np.where(guess > 0.6, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
        mask[:12], mask[-12:], mask[:, :12], mask[:, -12:] = (cv2.GC_BGD,) * 4
        cv2.grabCut(pixels, mask, None, *models, 5, cv2.GC_INIT_WITH_MASK)
    else:
        cv2.grabCut(pixels, mask, (20, 20, WORK - 40, WORK - 40), *models, 5, cv2.GC_INIT_WITH_RECT)
    found = Image.fromarray(np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8))
    return found.resize(picture.size, Image.Resampling.BILINEAR)


@pytest.mark.bench
def test_how_well_and_how_fast_products_are_cut_out() -> None:
    try:
        cv2 = importlib.import_module("cv2")
    except ImportError:
        cv2 = None
    fits: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    seconds: dict[str, list[float]] = defaultdict(list)
    judged: list[tuple[float, float]] = []
    cut_out(drawn_product("box", "white", size=200).picture)
    for scene, ground in scenes():
        began = time.process_time()
        found = cut_out(scene.picture)
        seconds["aura"].append(time.process_time() - began)
        fit = overlap(found.picture.getchannel("A"), scene.truth)
        fits["aura"][kind(ground)].append(fit)
        judged.append((found.judgement.confidence, fit))
    for seeded in (False, True) if cv2 else ():
        name = "GrabCut, our seeds" if seeded else "GrabCut, rectangle"
        for scene, ground in scenes():
            began = time.process_time()
            found_mask = grabbed(cv2, scene.picture, seeded=seeded)
            seconds[name].append(time.process_time() - began)
            fits[name][kind(ground)].append(overlap(found_mask, scene.truth))
    report(fits, seconds, judged)


def scenes() -> Iterator[tuple[DrawnProduct, str]]:
    """Every product on every ground, a few times over."""
    for ground in GROUNDS:
        for name in PRODUCTS:
            for seed in range(SEEDS):
                yield drawn_product(name, ground, size=SIDE, seed=FIRST_SEED + seed), ground


def report(
    fits: dict[str, dict[str, list[float]]],
    seconds: dict[str, list[float]],
    judged: list[tuple[float, float]],
) -> None:
    """Mean and worst overlap by sort of ground, seconds, and what the judge thought of good and bad ones."""
    print(f"\n{len(judged)} drawn scenes of {SIDE} x {SIDE}; overlap (intersection over union): mean, worst")
    for name, sorts in fits.items():
        for sort, values in sorts.items():
            print(f"  {name:20} {sort:9} {statistics.mean(values):.3f} {min(values):.3f}")
        print(f"  {name:20} CPU s     median {statistics.median(seconds[name]):.2f}, most {max(seconds[name]):.2f}")
    sure = [fit for confidence, fit in judged if confidence >= 0.6]
    unsure = [fit for confidence, fit in judged if confidence < 0.6]
    print(f"  judged right: {len(sure)}, of these {sum(fit < 0.85 for fit in sure)} overlap less than 0.85")
    print(f"  judged wrong: {len(unsure)}, of these {sum(fit >= 0.85 for fit in unsure)} overlap 0.85 or more")


@pytest.mark.bench
def test_how_fast_each_style_is_staged_and_what_memory_it_takes(tmp_path: Path) -> None:
    drawn = drawn_product("bottle", "tinted", size=SIDE, seed=3)
    cutout = cut_out(drawn.picture)
    print()
    for style in STYLES:
        spent = []
        for seed in range(3):
            began = time.process_time()
            staged(cutout, style, (1080, 1350), seed)
            spent.append(time.process_time() - began)
        print(f"  {style:18} {statistics.median(spent):.2f} CPU s at 1080 x 1350")
    drawn.picture.save(tmp_path / "product.png")
    print(f"  a process of its own: {memory(tmp_path / 'product.png')}")
