"""Six platform files of one picture, each way in one run: ``python -m benchmarks.images [ROUNDS]``.

libvips takes part where pyvips can be imported by this interpreter or by the one that AURA_VIPS_PYTHON names.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.image_ways import SIZES

HERE = Path(__file__).parent
SCRIPT = HERE / "image_vips.py"
VIPS = os.environ.get("AURA_VIPS_PYTHON", sys.executable)
ROTATED = 6
PASSES = 5


def photograph(width: int, height: int, *, grain: float, seed: int = 7) -> Image.Image:
    """Pixels with a photograph's spectrum: large shapes, small shapes, grain."""
    made = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), dtype=np.float32)
    for cells, weight in ((6, 70), (24, 40), (96, 22), (384, 12)):
        coarse = (made.random((cells * height // width + 1, cells, 3)) * 255).astype(np.uint8)
        total += (np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)) - 127.5) * (
            weight / 127.5
        )
    for top in range(0, height, 256):
        part = total[top : top + 256]
        part += made.normal(0, grain, part.shape).astype(np.float32)
    return Image.fromarray((total + 127.5).clip(0, 255).astype(np.uint8))


def pictures(folder: Path) -> list[Path]:
    """A phone's 12 MP JPEG, stored lying as phones do, and a PNG of the 50 MB class."""
    phone, png = folder / "phone.jpg", folder / "large.png"
    exif = Image.Exif()
    exif[0x0112] = ROTATED
    photograph(4032, 3024, grain=5).save(phone, quality=92, exif=exif)
    photograph(5000, 3700, grain=26).save(png, compress_level=1)
    return [phone, png]


def run(command: list[str]) -> dict[str, float] | None:
    """One way in a fresh process; None where it cannot run."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent, check=False)
    if done.returncode:
        print("   ", done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed")
        return None
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def commands(path: Path, rounds: int) -> dict[str, list[str]]:
    """Every way's command by its name."""
    ours = [sys.executable, "-m", "benchmarks.image_ways"]
    sizes = [f"{w}x{h}" for w, h in SIZES]
    vips = [VIPS, str(SCRIPT), str(path), str(rounds)]
    return {
        "naive Pillow": [*ours, "naive", str(path), str(max(1, rounds // 3))],
        "Pillow, decode once": [*ours, "once", str(path), str(rounds)],
        "libvips, decode once": [*vips, "none", *sizes],
        "libvips, attention crop": [*vips, "attention", *sizes],
        "Aura, crop, q85": [*ours, "aura", str(path), str(rounds)],
        "Aura, crop, by likeness": [*ours, "aura-likeness", str(path), str(rounds)],
        "floor": [*ours, "floor", str(path), str(rounds)],
    }


def measured(path: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Each way's medians over passes that take turns, so that a busy moment of the machine meets all of them."""
    taken: dict[str, list[dict[str, float]]] = {}
    for _ in range(PASSES):
        for name, command in commands(path, rounds).items():
            if figures := run(command):
                taken.setdefault(name, []).append(figures)
    return {
        name: {key: statistics.median(one[key] for one in figures) for key in figures[0]}
        for name, figures in taken.items()
    }


def main(rounds: int = 3) -> None:
    """Print wall and processor time, peak and bytes of each way, and the ratios that are promised."""
    with tempfile.TemporaryDirectory() as folder:
        for path in pictures(Path(folder)):
            print(f"{path.name}: {path.stat().st_size / 2**20:.1f} MB")
            found = measured(path, rounds)
            for name, figures in found.items():
                print(
                    f"  {name:26} wall {figures['wall']:7.0f} ms  cpu {figures['cpu']:7.0f} ms"
                    f"  peak {figures['peak']:5.0f} MB  {figures['bytes'] / 1000:6.0f} kB"
                )
            if "libvips, decode once" not in found:
                print("  libvips is skipped: AURA_VIPS_PYTHON may name an interpreter that has pyvips")
            for ours in ("Aura, crop, q85", "Aura, crop, by likeness"):
                compare(ours, found)


def compare(ours: str, found: dict[str, dict[str, float]]) -> None:
    """Print how many times as long as its peers one way took."""
    for peer in ("libvips, decode once", "floor"):
        if peer in found:
            wall, cpu = (found[ours][key] / found[peer][key] for key in ("wall", "cpu"))
            print(f"  {ours} against {peer}: {wall:.2f} x wall, {cpu:.2f} x cpu")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
