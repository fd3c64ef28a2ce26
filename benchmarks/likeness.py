"""SSIM at equal bytes: ``python -m benchmarks.likeness``.

The reference is the crop of the full decode, reduced by Lanczos and never encoded. Plain Pillow encodes just that at a
row of qualities; Aura decodes reduced and is allowed no byte more.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from benchmarks.images import pictures
from optimizer.engine.rendering import Options, open_for, render
from optimizer.engine.similarity import ssim
from optimizer.engine.targets import Target

QUALITIES = (65, 75, 85)


def plain(image: Image.Image, quality: int) -> bytes:
    """What ``save`` gives without further thought."""
    output = io.BytesIO()
    image.save(output, "JPEG", quality=quality)
    return output.getvalue()


def main() -> None:
    """Print bytes and likeness of both at each quality."""
    with tempfile.TemporaryDirectory() as folder:
        data = pictures(Path(folder))[0].read_bytes()
    with Image.open(io.BytesIO(data)) as opened:
        upright = ImageOps.exif_transpose(opened)
    target = Target("portrait", 1080, 1350, 10**8, focus=(0.5, 0.5))
    reference = ImageOps.fit(upright, (1080, 1350), Image.Resampling.LANCZOS)
    picture = open_for(data, [target])
    for quality in QUALITIES:
        theirs = plain(reference, quality)
        within = Target("portrait", 1080, 1350, len(theirs), focus=(0.5, 0.5))
        # A likeness that nothing reaches starts at the top; the limit in bytes does the rest.
        ours = render(picture, within, Options(likeness=2.0))
        likeness = [ssim(reference, Image.open(io.BytesIO(one))) for one in (theirs, ours.data)]
        print(
            f"q{quality}: Pillow {len(theirs) / 1000:.0f} kB, SSIM {likeness[0]:.4f};"
            f" Aura {len(ours.data) / 1000:.0f} kB (q{ours.quality}), SSIM {likeness[1]:.4f}"
        )


if __name__ == "__main__":
    main()
