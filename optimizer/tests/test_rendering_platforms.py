"""O2, O10: each platform gets a file of its size, within its limit, without metadata; one failure stays alone."""

import io
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from optimizer.engine import cropping, rendering
from optimizer.engine.encoding import encode, flatten
from optimizer.engine.extending import extend
from optimizer.engine.opening import Picture, open_image
from optimizer.engine.rendering import Options, open_for, render, render_all
from optimizer.engine.similarity import sample, ssim
from optimizer.engine.targets import Rendered, Target
from optimizer.platforms import PLATFORMS, targets_for
from optimizer.tests.pictures import BLUE, RED, encoded, grainy, near, palette_with_alpha, pixel, quarters, turned

SQUARE = Target("square", 500, 500, 5_000_000)


def opened(rendered: Rendered) -> Image.Image:
    assert rendered.error == ""
    image = Image.open(io.BytesIO(rendered.data))
    image.load()
    assert image.size == (rendered.width, rendered.height)
    return image


def picture_of(image: Image.Image) -> Picture:
    return Picture(image, image.width, image.height, 1.0, "PNG")


def test_every_platform_gets_its_size_and_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "Camera", "secret place"
    data = encoded(grainy(2400, 3200), quality=85, exif=exif, comment=b"secret")
    picture = open_for(data, lambda width, height: targets_for(["all"], width, height))
    targets = targets_for(["all"], picture.width, picture.height)
    made = render_all(picture, targets)
    assert [one.key for one in made] == list(PLATFORMS)
    for target, one in zip(targets, made, strict=True):
        image = opened(one)
        assert image.size == (target.width, target.height)
        assert image.mode == "RGB"
        assert not image.getexif()
        assert "icc_profile" not in image.info
        assert b"secret" not in one.data
        assert len(one.data) <= target.max_bytes
        assert one.seconds > 0


def test_no_more_is_decoded_than_the_targets_need() -> None:
    data = encoded(grainy(2400, 3200), quality=85)
    assert open_for(data, [Target("a", 300, 300, 10**6)]).image.size == (300, 400)
    # 6 % of enlargement are free: half of 2400 is enough for 1270.
    assert open_for(data, [Target("a", 1270, 1270, 10**6)]).image.size == (1200, 1600)
    assert open_for(data, [Target("a", 1300, 1300, 10**6)]).image.size == (2400, 3200)


@pytest.mark.parametrize("encoding", ["jpeg", "png", "webp"])
def test_each_encoding_is_what_it_says(encoding: str) -> None:
    made = render(picture_of(quarters()), SQUARE, Options(encoding=encoding))  # type: ignore[arg-type]
    image = opened(made)
    assert image.format == encoding.upper()
    assert made.media_type == f"image/{encoding}"
    assert near(pixel(image.convert("RGB"), 5, 5), RED)


def test_transparency_stays_where_the_file_can_hold_it_and_lies_on_the_background_elsewhere() -> None:
    picture = open_image(palette_with_alpha())
    webp, png = (opened(render(picture, SQUARE, Options(encoding=one))) for one in ("webp", "png"))
    assert pixel(webp, 3, 3)[3] == pixel(png, 3, 3)[3] == 0
    jpeg = opened(render(picture, SQUARE, Options(background=BLUE)))
    assert near(pixel(jpeg, 3, 3), BLUE)
    assert near(pixel(jpeg, 250, 250), RED)
    flat = opened(render(picture, replace(SQUARE, alpha=False), Options(encoding="png")))
    assert flat.mode == "RGB"
    assert near(pixel(flat, 3, 3), (255, 255, 255))


def test_soft_edges_of_transparency_do_not_darken() -> None:
    image = Image.new("RGBA", (900, 900), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((100, 100, 800, 800), fill=(255, 255, 255, 255))
    pixels = np.asarray(opened(render(picture_of(image), SQUARE, Options(quality=95))))
    assert pixels.min() > 245


def test_a_smooth_picture_takes_less_quality_than_a_detailed_one() -> None:
    smooth, busy = (render(picture_of(grainy(900, 900, grain=g)), SQUARE, Options(likeness=0.97)) for g in (0, 14))
    assert smooth.quality is not None
    assert busy.quality is not None
    assert smooth.quality < busy.quality
    assert len(smooth.data) < len(busy.data)
    assert smooth.similarity is not None
    assert smooth.similarity >= 0.97


def test_a_file_stays_under_the_platforms_limit() -> None:
    picture = picture_of(grainy(1200, 1200, grain=40))
    free = render(picture, Target("a", 1000, 1000, 10**7), Options(quality=90))
    tight = render(picture, Target("a", 1000, 1000, 200_000), Options(quality=90))
    assert len(free.data) > 200_000 >= len(tight.data)
    assert tight.quality is not None
    assert tight.quality < 90
    assert any("lowered" in note for note in tight.notes)
    png = render(picture, Target("a", 1000, 1000, 1_100_000), Options(encoding="png"))
    assert len(png.data) <= 1_100_000
    assert any("256" in note for note in png.notes)


def test_the_cheap_filter_is_taken_only_where_nobody_sees_it() -> None:
    targets = [Target(f"{n}", 900, 800 + 40 * n, 10**6) for n in range(4)]
    soft, sharp = grainy(1200, 1200, grain=2), grainy(1200, 1200, grain=30)
    assert rendering._kernel(soft, targets) == Image.Resampling.BILINEAR
    assert rendering._kernel(sharp, targets) == Image.Resampling.BICUBIC
    assert rendering._kernel(soft, targets[:1]) == Image.Resampling.BICUBIC
    both = [soft.resize((864, 864), kernel) for kernel in (Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)]
    assert ssim(*both) > 0.995
    lines = ImageDraw.Draw(soft)
    for x in range(0, 1200, 5):
        lines.line((x, 0, x, 1200), (20, 20, 30), 1)
    assert rendering._kernel(soft, targets) == Image.Resampling.BICUBIC


def test_what_cannot_fit_says_so() -> None:
    made = encode(grainy(600, 600, grain=60), "jpeg", 1_000)
    assert made.quality == 30
    assert any("larger than" in note for note in made.notes)


def test_enlarging_is_told_and_bounded() -> None:
    small = render(picture_of(grainy(400, 400)), SQUARE)
    assert small.enlarged == pytest.approx(1.25)
    assert any("enlarged 1.2 times" in note for note in small.notes)
    assert not render(picture_of(grainy(480, 480)), SQUARE).notes
    tiny = render(picture_of(grainy(300, 300)), Target("a", 1000, 1250, 10**6))
    assert (tiny.width, tiny.height) == (480, 600)
    assert tiny.enlarged == pytest.approx(2, abs=0.01)
    assert any("smaller than" in note for note in tiny.notes)


def test_a_panorama_reaches_every_platform() -> None:
    picture = open_image(encoded(grainy(4000, 400), quality=80))
    for fit in ("crop", "extend"):
        made = render_all(picture, targets_for(["all"], 4000, 400, fit=fit))
        assert not any(one.error for one in made)


@pytest.mark.parametrize("fit", ["crop", "extend"])
def test_the_smallest_picture_reaches_every_platform(fit: str) -> None:
    picture = open_image(encoded(grainy(300, 300), "PNG"))
    for one in render_all(picture, targets_for(["all"], 300, 300, fit=fit)):  # type: ignore[arg-type]
        opened(one)


def test_one_target_failing_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = cropping.choose

    def failing(*arguments: object) -> object:
        if arguments[3] == 2.0:
            raise MemoryError("no more")
        return choose(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "choose", failing)
    targets = [SQUARE, Target("wide", 600, 300, 10**6), Target("tall", 300, 600, 10**6)]
    told: list[str] = []
    made = render_all(picture_of(quarters()), targets, on_done=lambda one: told.append(one.key))
    assert [bool(one.error) for one in made] == [False, True, False]
    assert made[1].data == b""
    assert "MemoryError" in made[1].error
    assert sorted(told) == ["square", "tall", "wide"]


def test_what_the_callback_raises_ends_the_work() -> None:
    class Cancelled(Exception):
        pass

    def cancel(_: Rendered) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        render_all(picture_of(quarters()), [replace(SQUARE, height=400 + 9 * n) for n in range(9)], on_done=cancel)


def test_the_same_picture_gives_the_same_bytes() -> None:
    picture = picture_of(grainy(900, 700))
    targets = targets_for(["all"], 900, 700)
    first, second = ([one.sha256 for one in render_all(picture, targets)] for _ in range(2))
    assert first == second


def test_sizes_that_differ_by_rows_share_their_pixels_but_keep_their_size() -> None:
    targets = [Target("a", 600, 314, 10**6), Target("b", 600, 312, 10**6), Target("c", 600, 314, 10**6)]
    a, b, c = render_all(picture_of(grainy(900, 700)), targets)
    assert (a.height, b.height, c.height) == (314, 312, 314)
    assert (a.sha256, a.key, c.key) == (c.sha256, "a", "c")
    assert a.crop is not None
    assert b.crop is not None
    assert a.crop.holds(b.crop)
    assert b.crop.height < a.crop.height


def test_a_turned_photograph_and_its_upright_twin_give_the_same_crop() -> None:
    image = grainy(900, 600)
    crops = [render(open_image(turned(n, image)), SQUARE).crop for n in (1, 6)]
    assert crops[0] is not None
    assert crops[1] is not None
    assert crops[0].left == pytest.approx(crops[1].left, abs=20)


def test_extending_keeps_the_whole_picture_and_continues_a_plain_border() -> None:
    image = Image.new("RGB", (600, 300), (200, 180, 160))
    ImageDraw.Draw(image).rectangle((200, 100, 400, 200), fill=RED)
    canvas, manner = extend(image, 600, 600)
    assert manner == "solid"
    assert canvas.size == (600, 600)
    assert near(pixel(canvas, 10, 5), (200, 180, 160), 3)
    assert near(pixel(canvas, 300, 300), RED)


def test_extending_draws_out_a_smooth_border_and_softens_a_busy_one() -> None:
    ramp = np.tile(np.linspace(20, 230, 600, dtype=np.uint8)[None, :, None], (300, 1, 3))
    smooth, manner = extend(Image.fromarray(ramp), 600, 600)
    assert manner == "edge"
    assert np.abs(np.asarray(smooth)[10, :, 0].astype(int) - ramp[0, :, 0]).max() < 14
    busy, manner = extend(grainy(600, 300, grain=50), 600, 600)
    assert manner == "blur"
    assert np.asarray(busy)[:140].std(axis=1).mean() < np.asarray(busy)[160:440].std(axis=1).mean()


def test_extending_a_transparent_picture_adds_transparency() -> None:
    canvas, _ = extend(Image.new("RGBA", (400, 300), (*RED, 128)), 400, 400)
    assert pixel(canvas, 200, 10)[3] == 0
    assert pixel(canvas, 200, 200)[3] == 128


def test_likeness_is_one_for_the_same_and_falls_with_noise() -> None:
    image = grainy(320, 320)
    noisy = [
        Image.fromarray(
            (np.asarray(image) + n * (np.indices((320, 320)).sum(axis=0) % 2)[..., None]).clip(0, 255).astype(np.uint8)
        )
        for n in (8, 30)
    ]
    assert ssim(image, image) == pytest.approx(1)
    assert 1 > ssim(image, noisy[0]) > ssim(image, noisy[1])
    with pytest.raises(ValueError, match="one size"):
        ssim(image, grainy(320, 300))


@pytest.mark.parametrize("size", [(40, 900), (96, 96), (1080, 1920)])
def test_the_sample_stands_for_any_shape(size: tuple[int, int]) -> None:
    board = sample(grainy(*size))
    assert min(board.size) >= min(96, *size)
    assert board.width * board.height <= 288 * 288


def test_six_files_of_a_phone_picture_need_little_memory() -> None:
    picture = open_image(encoded(grainy(3000, 2000), quality=80), lambda width, height: 0.4)
    tracemalloc.start()
    render_all(picture, targets_for(["all"], 3000, 2000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 2**20


def test_flattening_leaves_an_opaque_picture_as_it_is() -> None:
    image = quarters()
    assert flatten(image, BLUE) is image
