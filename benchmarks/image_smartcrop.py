"""smartcrop.py for ``benchmarks.crops``: needs nothing but smartcrop, so that another interpreter can run it.

``python benchmarks/image_smartcrop.py crops RATIOS`` reads paths from standard input and prints the windows that it
takes, as parts of the picture: left, top, right, bottom.
"""

import json
import sys

import smartcrop  # type: ignore[import-not-found,unused-ignore]
from PIL import Image

LONGEST = 300
"""It looks at a picture reduced to about this, as its readme advises; full size takes minutes and keeps no more."""


def windows(path: str, ratios: list[float]) -> list[list[float]]:
    """The best window of each ratio."""
    found = []
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    for ratio in ratios:
        width, height = (LONGEST, round(LONGEST / ratio)) if ratio > 1 else (round(LONGEST * ratio), LONGEST)
        best = smartcrop.SmartCrop().crop(image, width, height)["top_crop"]
        left, top = best["x"] / image.width, best["y"] / image.height
        found.append([left, top, left + best["width"] / image.width, top + best["height"] / image.height])
    return found


if __name__ == "__main__":
    wanted = [float(value) for value in sys.argv[2:]]
    print(json.dumps([windows(line.strip(), wanted) for line in sys.stdin]))
