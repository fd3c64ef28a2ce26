"""libvips for ``benchmarks.images``: needs nothing but pyvips, so that an interpreter apart from Aura's can run it.

``python benchmarks/image_vips.py PICTURE ROUNDS none|attention WIDTHxHEIGHT ...`` prints one JSON object;
``... crops RATIOS`` reads paths from standard input and prints the windows that its attention crop takes.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import pyvips  # type: ignore[import-not-found,unused-ignore]


def render(path: str, sizes: list[tuple[int, int]], interesting: str) -> list[bytes]:
    """Six JPEGs of one decode; a JPEG is decoded at half its size, as the others do it."""
    options = {"shrink": 2} if path.endswith(".jpg") else {}
    image = pyvips.Image.new_from_file(path, **options).autorot().copy_memory()
    crop = "attention" if interesting == "attention" else "centre"
    made = [image.thumbnail_image(w, height=h, crop=crop) for w, h in sizes]
    return [one.jpegsave_buffer(Q=85, keep="none") for one in made]


def peak_megabytes() -> float:
    """The most memory this process held at once; not ru_maxrss, which starts with that of the parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(path: str, rounds: int, interesting: str, sizes: list[tuple[int, int]]) -> dict[str, float]:
    """Medians of wall and processor milliseconds, and the peak of the process in megabytes."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        files = render(path, sizes, interesting)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = peak_megabytes()
    return {
        "wall": statistics.median(walls) * 1000,
        "cpu": statistics.median(cpus) * 1000,
        "peak": peak,
        "bytes": sum(map(len, files)),
    }


def crops(ratios: list[float]) -> list[list[list[float]]]:
    """For each path on standard input and each ratio, the window as parts of the picture: left, top, right, bottom."""
    found = []
    for line in sys.stdin:
        image = pyvips.Image.new_from_file(line.strip()).copy_memory()
        windows = []
        for ratio in ratios:
            width = min(image.width, round(image.height * ratio))
            height = min(image.height, round(image.width / ratio))
            cut = image.smartcrop(width, height, interesting="attention")
            left, top = -cut.xoffset, -cut.yoffset
            windows.append(
                [
                    left / image.width,
                    top / image.height,
                    (left + width) / image.width,
                    (top + height) / image.height,
                ]
            )
        found.append(windows)
    return found


if __name__ == "__main__":
    pyvips.cache_set_max(0)
    if sys.argv[1] == "crops":
        print(json.dumps(crops([float(value) for value in sys.argv[2:]])))
    else:
        wanted = [(int(w), int(h)) for w, h in (size.split("x") for size in sys.argv[4:])]
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), sys.argv[3], wanted)))
