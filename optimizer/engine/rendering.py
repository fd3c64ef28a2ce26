"""All targets of one picture: looked at once, rendered by two threads, each on its own feet."""

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PIL import Image

from optimizer.engine.attention import Attention, attend
from optimizer.engine.cropping import choose
from optimizer.engine.encoding import LIKENESS, encode, flatten
from optimizer.engine.extending import extend
from optimizer.engine.logos import Logo, place_logo
from optimizer.engine.opening import FREE_UPSCALE, Picture, open_image
from optimizer.engine.similarity import sample, ssim
from optimizer.engine.targets import MEDIA_TYPES, Box, Colour, Done, Encoding, Rendered, Target

Choose = Callable[[int, int], Sequence[Target]]

THREADS: Final = 2
# Beyond this an output is made smaller instead of blurred further; the shape stays.
MOST_UPSCALE: Final = 2.0
# Two sizes of one width whose heights differ by less are cut from the same pixels: 1200 × 630 and 1200 × 627.
AKIN: Final = 0.99
# Bilinear takes two thirds of bicubic's time. It is taken where nine squares, reduced both ways, are this alike: an
# eighth of the loss that encoding may bring. Below so many pixels the look costs as much as it saves.
ALIKE: Final = 0.996
REDUCED: Final = 0.72
WORTH_A_LOOK: Final = 2_000_000
MANNERS: Final = {"solid": "its border's colour", "edge": "its border drawn out", "blur": "a soft copy of itself"}


@dataclass(frozen=True, slots=True)
class Options:
    """How all files of a picture are made. ``quality`` fixes the quality; None lets ``likeness`` (SSIM) choose it."""

    encoding: Encoding = "jpeg"
    quality: int | None = None
    likeness: float = LIKENESS
    background: Colour = (255, 255, 255)
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    target: Target
    crop: Box
    width: int
    height: int
    enlarged: float


@dataclass(frozen=True, slots=True)
class _Pixels:
    image: Image.Image
    crop: Box
    enlarged: float
    notes: tuple[str, ...]


def open_for(source: bytes | Path, targets: Sequence[Target] | Choose) -> Picture:
    """Decode a picture as large as these targets need it. ``targets`` may be a function of its width and height.

    Raises ``PictureRefused``.
    """

    def needed(width: int, height: int) -> float:
        wanted = targets(width, height) if callable(targets) else targets
        return max((_cover(target, width, height) for target in wanted), default=1.0)

    return open_image(source, needed)


def render_all(
    picture: Picture,
    targets: Sequence[Target],
    options: Options | None = None,
    on_done: Done | None = None,
    *,
    attention: Attention | None = None,
) -> list[Rendered]:
    """A file for each target, in their order; a target that fails says so in ``error`` and leaves the others alone.

    Targets that differ in nothing but their key are made once.

    ``on_done`` is called in the caller's thread as each is ready; what it raises ends the rest (so a job is cancelled).
    ``attention`` is what :func:`attend` found before, to render again without looking again.
    """
    options = options or Options()
    if attention is None and any(target.fit == "crop" and target.focus is None for target in targets):
        attention = attend(picture.image, picture.width, picture.height)
    kernel = _kernel(picture.image, targets)
    done: dict[int, Rendered] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="picture") as pool:
        families = _families(targets)
        waiting = {pool.submit(_family, picture, targets, one, options, attention, kernel) for one in families}
        try:
            for future in as_completed(waiting):
                for number, rendered in future.result():
                    done[number] = rendered
                    if on_done:
                        on_done(rendered)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [done[n] for n in range(len(targets))]


def render(picture: Picture, target: Target, options: Options | None = None) -> Rendered:
    """One target's file, as :func:`render_all` makes it."""
    return render_all(picture, [target], options)[0]


def _families(targets: Sequence[Target]) -> list[list[int]]:
    """Targets whose pixels are the same but for a few rows, tallest first; the largest family first of all, so that no

    thread is left with it at the end.
    """
    order = sorted(range(len(targets)), key=lambda n: (targets[n].width, targets[n].height), reverse=True)
    families: list[list[int]] = []
    for number in order:
        near = (family for family in families if _akin(targets[family[0]], targets[number]))
        if (family := next(near, None)) is None:
            families.append([number])
        else:
            family.append(number)
    return sorted(families, key=lambda family: targets[family[0]].width * targets[family[0]].height, reverse=True)


def _akin(tall: Target, other: Target) -> bool:
    close = tall.height * AKIN <= other.height <= tall.height
    return close and replace(tall, key="", height=0, max_bytes=0) == replace(other, key="", height=0, max_bytes=0)


def _kernel(image: Image.Image, targets: Sequence[Target]) -> Image.Resampling:
    """The cheapest filter whose work nobody could tell from the best one's, for this picture."""
    if sum(target.width * target.height for target in targets if target.fit == "crop") < WORTH_A_LOOK:
        return Image.Resampling.BICUBIC
    board = sample(image)
    size = round(board.width * REDUCED), round(board.height * REDUCED)
    good, cheap = (board.resize(size, kernel) for kernel in (Image.Resampling.BICUBIC, Image.Resampling.BILINEAR))
    return Image.Resampling.BILINEAR if ssim(good, cheap) >= ALIKE else Image.Resampling.BICUBIC


def _family(
    picture: Picture,
    targets: Sequence[Target],
    family: list[int],
    options: Options,
    attention: Attention | None,
    kernel: Image.Resampling,
) -> list[tuple[int, Rendered]]:
    """The files of one family. Never raises for what a picture may be; ``error`` says what went wrong."""
    made: list[tuple[int, Rendered]] = []
    base: _Pixels | None = None
    for number in family:
        target, started = targets[number], time.perf_counter()
        twin = next((one for n, one in made if _same_file(targets[n], target, one)), None)
        try:
            base = base or _pixels(picture, _plan(picture, target, attention), kernel)
            rendered = twin or _finished(picture, target, _trimmed(base, target), options)
        except Exception as error:  # One target's fault must not take the others with it.
            rendered = Rendered(target.key, error=f"This size could not be made ({type(error).__name__}).")
        made.append((number, replace(rendered, key=target.key, seconds=time.perf_counter() - started)))
    return made


def _same_file(one: Target, other: Target, rendered: Rendered) -> bool:
    limits = one.max_bytes == other.max_bytes or len(rendered.data) <= min(one.max_bytes, other.max_bytes)
    return one.height == other.height and limits and not rendered.error


def _trimmed(base: _Pixels, target: Target) -> _Pixels:
    """The same pixels with as many rows as a target a little less tall has."""
    height = round(target.height * base.image.width / target.width)
    spare = base.image.height - height
    if spare <= 0:
        return base
    top = spare // 2
    by = base.crop.height / base.image.height
    crop = replace(base.crop, top=base.crop.top + top * by, bottom=base.crop.bottom - (spare - top) * by)
    return replace(base, image=base.image.crop((0, top, base.image.width, top + height)), crop=crop)


def _finished(picture: Picture, target: Target, pixels: _Pixels, options: Options) -> Rendered:
    image, notes = pixels.image, list(pixels.notes)
    if options.logo is not None:
        image, said = place_logo(image, options.logo)
        notes += said
    if options.encoding == "jpeg" or not target.alpha:
        image = flatten(image, options.background)
    encoded = encode(image, options.encoding, target.max_bytes, quality=options.quality, likeness=options.likeness)
    return Rendered(
        key=target.key,
        data=encoded.data,
        media_type=MEDIA_TYPES[options.encoding],
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(encoded.data).hexdigest(),
        crop=pixels.crop,
        fit=target.fit,
        quality=encoded.quality,
        similarity=encoded.similarity,
        enlarged=pixels.enlarged,
        notes=(*picture.notes, *notes, *encoded.notes),
    )


def _cover(target: Target, width: int, height: int) -> float:
    sides = (target.width / width, target.height / height)
    return max(sides) if target.fit == "crop" else min(sides)


def _plan(picture: Picture, target: Target, attention: Attention | None) -> _Plan:
    if target.fit == "extend":
        crop = Box(0, 0, picture.width, picture.height)
        enlarged = _cover(target, picture.width, picture.height) / picture.scale
    else:
        seen = attention or attend(picture.image, picture.width, picture.height)
        crop = choose(seen, picture.width, picture.height, target.ratio, target.focus)
        enlarged = target.width / (crop.width * picture.scale)
    by = min(1.0, MOST_UPSCALE / enlarged)
    return _Plan(target, crop, round(target.width * by), round(target.height * by), max(1.0, enlarged * by))


def _pixels(picture: Picture, plan: _Plan, kernel: Image.Resampling) -> _Pixels:
    notes = []
    if plan.target.fit == "extend":
        image, manner = extend(picture.image, plan.width, plan.height)
        if abs(picture.width / picture.height - plan.target.ratio) > 0.01 * plan.target.ratio:
            notes.append(f"The whole picture is kept; around it is {MANNERS[manner]}.")
    else:
        box = plan.crop.scaled(picture.scale)
        edges = (box.left, box.top, min(box.right, picture.image.width), min(box.bottom, picture.image.height))
        # At most two times is left to reduce: Lanczos looks no better there (SSIM 0.994 both), at 1.5 × the cost.
        kernel = Image.Resampling.BICUBIC if plan.enlarged > FREE_UPSCALE else kernel
        image = picture.image.resize((plan.width, plan.height), kernel, edges, reducing_gap=2.0)
    if plan.enlarged > FREE_UPSCALE:
        notes.append(f"The picture is enlarged {plan.enlarged:.1f} times: a larger original would be sharper.")
    if (plan.width, plan.height) != (plan.target.width, plan.target.height):
        wanted = f"{plan.target.width} × {plan.target.height}"
        notes.append(f"It is smaller than the {wanted} that the platform recommends, to stay sharp.")
    return _Pixels(image, plan.crop, round(plan.enlarged, 3), tuple(notes))
