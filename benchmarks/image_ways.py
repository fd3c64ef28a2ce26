"""One way to make six files of a picture, in a process of its own for a peak of its own (``benchmarks.images``)."""

import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from optimizer.engine.rendering import Options, open_for, render_all
from optimizer.engine.targets import Target

Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((1080, 1350), (1200, 630), (1200, 627), (1000, 1500), (1600, 900), (1080, 1920))
TARGETS = [Target(f"{w}x{h}", w, h, 20_000_000) for w, h in SIZES]


def _jpeg(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "JPEG", quality=85)
    return output.getvalue()


def naive(path: Path) -> list[bytes]:
    """A decode for each platform, as the first tutorial has it."""
    made = []
    for size in SIZES:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        made.append(_jpeg(ImageOps.fit(upright, size, Image.Resampling.LANCZOS)))
    return made


def once(path: Path) -> list[bytes]:
    """Pillow with care: one reduced decode, then a crop from the middle and ``reducing_gap``."""
    with Image.open(path) as opened:
        opened.draft("RGB", (opened.width // 2, opened.height // 2))
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    made = []
    for width, height in SIZES:
        across = min(upright.width, upright.height * width / height)
        down = min(upright.height, upright.width * height / width)
        x, y = (upright.width - across) / 2, (upright.height - down) / 2
        box = (x, y, x + across, y + down)
        made.append(_jpeg(upright.resize((width, height), Image.Resampling.LANCZOS, box, reducing_gap=2.0)))
    return made


def aura(path: Path) -> list[bytes]:
    """Aura's engine with its crop, at the others' fixed quality."""
    return _aura(path, Options(quality=85))


def aura_likeness(path: Path) -> list[bytes]:
    """Aura's engine as it is used: crop, and the quality by likeness."""
    return _aura(path, Options())


def _aura(path: Path, options: Options) -> list[bytes]:
    made = render_all(open_for(path, TARGETS), TARGETS, options)
    assert not any(one.error for one in made), made
    return [one.data for one in made]


def floor_of(path: Path) -> Callable[[Path], list[bytes]]:
    """One decode and six encodes of pixels that are ready: nobody is faster with these codecs."""
    ready = [Image.open(io.BytesIO(data)) for data in once(path)]
    for image in ready:
        image.load()

    def run(source: Path) -> list[bytes]:
        with Image.open(source) as opened:
            opened.draft("RGB", (opened.width // 2, opened.height // 2))
            opened.load()
        return [_jpeg(image) for image in ready]

    return run


WAYS = {"naive": naive, "once": once, "aura": aura, "aura-likeness": aura_likeness}


def peak_megabytes() -> float:
    """The most memory this process held at once; not ru_maxrss, which starts with that of the parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(way: str, path: Path, rounds: int) -> None:
    """Print medians of wall and processor milliseconds, and the peak of the process in megabytes."""
    run = floor_of(path) if way == "floor" else WAYS[way]
    walls, cpus, files = [], [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        files = run(path)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = peak_megabytes()
    figures = {"wall": statistics.median(walls) * 1000, "cpu": statistics.median(cpus) * 1000, "peak": peak}
    print(json.dumps({**figures, "bytes": sum(map(len, files))}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
