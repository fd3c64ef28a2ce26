"""How often a crop keeps the subject: ``python -m benchmarks.crops [PICTURES]``.

Pictures are drawn: a photograph-like ground and a subject at a known place. Aura's crop stands against the middle and,
where they can be imported, libvips' attention crop and smartcrop.py. Both run in the interpreter that AURA_VIPS_PYTHON
names, for they are no dependency: ``python -m venv /tmp/peers; /tmp/peers/bin/pip install "pyvips[binary]" smartcrop``.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.images import SCRIPT, VIPS
from optimizer.engine.attention import attend
from optimizer.engine.cropping import choose, largest
from optimizer.engine.targets import Box

PEOPLE = Path(__file__).parents[1] / "audience" / "sample" / "data" / "pictures"
RATIOS = (4 / 5, 1.0, 1.91, 2 / 3, 16 / 9, 9 / 16)
SIZES = ((1200, 900), (900, 1200), (1500, 700), (700, 1400))
WHOLE = 0.95
PEERS = {"libvips attention": SCRIPT, "smartcrop.py": Path(__file__).with_name("image_smartcrop.py")}
Maker = np.random.Generator


def ground(size: tuple[int, int], made: Maker) -> Image.Image:
    """Sky over land, a wall, foliage or a blurred room: muted, with texture."""
    width, height = size
    kind = int(made.integers(0, 4))
    base = made.integers(60, 190, 3)
    cells = (2, 3, 40, 7)[kind]
    spread = (30, 25, 45, 60)[kind]
    coarse = base + made.normal(0, spread, (max(2, cells * height // width), cells, 1)) + made.normal(0, 10, (1, 1, 3))
    image = Image.fromarray(coarse.clip(0, 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    if kind == 0:
        horizon = int(height * made.uniform(0.35, 0.7))
        image.paste(tuple(int(v) for v in base * 0.55), (0, horizon, width, height))
    pixels = np.asarray(image, dtype=np.float32)
    return Image.fromarray((pixels + made.normal(0, (4, 7, 12, 4)[kind], pixels.shape)).clip(0, 255).astype(np.uint8))


def with_thing(size: tuple[int, int], made: Maker) -> tuple[Image.Image, Box]:
    """One bottle, ball or box, textured, with a shadow."""
    image = ground(size, made)
    tall = made.uniform(0.18, 0.38) * min(size)
    wide = tall * made.uniform(0.5, 1.3)
    left, top = made.uniform(0, size[0] - wide), made.uniform(0, size[1] - tall)
    box = (left, top, left + wide, top + tall)
    shadow = Image.new("L", size, 0)
    ImageDraw.Draw(shadow).ellipse((left, top + tall * 0.85, left + wide * 1.2, top + tall * 1.1), fill=110)
    image.paste((20, 20, 20), mask=shadow.filter(ImageFilter.GaussianBlur(tall / 12)))
    draw, colour = ImageDraw.Draw(image), tuple(int(v) for v in made.integers(0, 256, 3))
    shape = (draw.ellipse, draw.rectangle, draw.rounded_rectangle)[int(made.integers(0, 3))]
    shape(box, fill=colour)
    for part in made.uniform(0.15, 0.85, 3):
        stripe = tuple(int(v) for v in made.integers(0, 256, 3))
        draw.line((left + wide * 0.2, top + tall * part, left + wide * 0.8, top + tall * part), stripe, 4)
    return image, Box(*box)


def with_person(size: tuple[int, int], made: Maker) -> tuple[Image.Image, Box]:
    """A drawn person of the sample; the subject is the face."""
    image = ground(size, made)
    side = int(made.uniform(0.35, 0.6) * min(size))
    names = sorted(PEOPLE.glob("*.jpg"))
    with Image.open(names[int(made.integers(0, len(names)))]) as opened:
        person = opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    left, top = int(made.uniform(0, size[0] - side)), int(made.uniform(0, size[1] - side))
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side, side), side // 4, fill=255)
    image.paste(person, (left, top), mask.filter(ImageFilter.GaussianBlur(3)))
    return image, Box(left + side * 0.25, top + side * 0.32, left + side * 0.75, top + side * 0.84)


def middle(image: Image.Image, ratio: float) -> Box:
    """The crop from the middle."""
    width, height = largest(image.width, image.height, ratio)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return Box(left, top, left + width, top + height)


def peer(script: Path, images: list[Image.Image]) -> tuple[list[list[Box]], float] | None:
    """Another one's crops of all pictures, and its processor seconds with its start; None where it cannot run."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{n}.png" for n in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            image.save(path, compress_level=1)
        command = [VIPS, str(script), "crops", *map(str, RATIOS)]
        lines, before = "\n".join(map(str, paths)), spent()
        done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    found = [
        [Box(a * image.width, b * image.height, c * image.width, d * image.height) for a, b, c, d in windows]
        for image, windows in zip(images, json.loads(done.stdout), strict=True)
    ]
    return found, spent() - before


def spent() -> float:
    """Processor seconds of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def report(name: str, subjects: list[Box], windows: list[list[Box]], seconds: float) -> None:
    """Print how many subjects that fit are kept to 95 %, the mean part of a subject that is kept, and the time."""
    parts = [
        window.overlap(subject) / subject.area
        for subject, crops in zip(subjects, windows, strict=True)
        for window in crops
        if subject.width <= window.width * 1.02 and subject.height <= window.height * 1.02
    ]
    kept = sum(part >= WHOLE for part in parts) / len(parts)
    mean, each = 100 * sum(parts) / len(parts), 1000 * seconds / len(windows)
    print(f"  {name:20} kept {100 * kept:5.1f} %   mean part {mean:5.1f} %   of {len(parts)}   {each:6.0f} CPU ms each")


def measure(title: str, draw: Callable[[tuple[int, int], Maker], tuple[Image.Image, Box]], count: int) -> None:
    """Print all ways' figures for one kind of picture."""
    made = np.random.default_rng(11)
    drawn = [draw(SIZES[n % len(SIZES)], made) for n in range(count)]
    images, subjects = [image for image, _ in drawn], [subject for _, subject in drawn]
    print(title)
    report("middle", subjects, [[middle(image, ratio) for ratio in RATIOS] for image in images], 0)
    for name, script in PEERS.items():
        if (found := peer(script, images)) is None:
            print(f"  {name} is skipped: AURA_VIPS_PYTHON may name an interpreter that has it")
        else:
            report(name, subjects, *found)
    attend(images[0], *images[0].size)  # The detector is loaded once, not for each picture.
    before = spent()
    seen = [attend(image, *image.size) for image in images]
    ours = [[choose(one, *image.size, ratio) for ratio in RATIOS] for one, image in zip(seen, images, strict=True)]
    report("Aura", subjects, ours, spent() - before)


def main(count: int = 80) -> None:
    """Print the share of subjects kept, for things and for people."""
    measure(f"{count} pictures of a thing, six shapes each", with_thing, count)
    measure(f"{count} pictures of a person, six shapes each", with_person, count)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
