"""The seven styles, each a scene built around one cut-out product. Light comes from the upper left in all of them."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from aura.providers.local.composer.colours import mix
from aura.providers.local.composer.grounds import grained
from aura.providers.local.staging.bodies import product_art
from aura.providers.local.staging.light import (
    ball,
    cast,
    darkened,
    dropped,
    grounded,
    mirrored,
    rimmed,
    shone,
    softened,
    vignetted,
)
from aura.providers.local.staging.stage import WHITE, Scene, Stage, put
from aura.providers.local.staging.surfaces import halved, lamps, leaves, linen, panes, swept, textured, waves, wood


def floating(stage: Stage) -> Image.Image:
    """In the air before a pastel sweep and a disc, its shadow far below, a few balls at other distances."""
    tones, (width, height), rng = stage.tones, stage.size, stage.rng
    unit = min(stage.size)
    own = min(0.075, 0.04 + tones.chroma * 0.3)
    picture = swept(
        stage.size, [tones.against(0.90, own * 0.55, 20), tones.against(0.83, own, 10), tones.against(0.93, own * 0.5)]
    )
    shone(picture, (0.3, 0.2), 0.6, WHITE, 0.35)
    disc = Image.new("L", (unit, unit))
    ImageDraw.Draw(disc).ellipse([0, 0, unit - 1, unit - 1], fill=255)
    side = round(unit * 0.70)
    tint = swept((side, side), [tones.near(0.80, own * 1.15, 12), tones.near(0.90, own * 0.7, 34)])
    middle = (width / 2, height * 0.455)
    picture.paste(
        tint,
        (round(middle[0] - side / 2), round(middle[1] - side / 2)),
        disc.resize((side, side), Image.Resampling.LANCZOS),
    )
    product = stage.turned(stage.fitted(0.58, 0.56), 9)
    place = (round(middle[0] - product.width / 2), round(middle[1] - product.height / 2))
    shade = Image.new("L", (product.width, max(4, round(product.width * 0.11))))
    ImageDraw.Draw(shade).ellipse([0, 0, shade.width - 1, shade.height - 1], fill=255)
    shade = shade.resize((round(shade.width * 0.72), shade.height))
    under = softened(stage.size, shade, (middle[0] - shade.width / 2, height * 0.875), unit * 0.03)
    darkened(picture, under, tones.against(0.42, 0.06, 10), 0.55)
    balls = (tones.near(0.45, own * 1.2), tones.near(0.70, own * 1.5), tones.near(0.93, own * 0.6))
    turn = float(rng.uniform(0, 6))
    for number, (reach, scale, soft) in enumerate(((0.50, 0.085, 0.001), (0.46, 0.045, 0.004), (0.47, 0.13, 0.009))):
        angle = turn + number * 2.2
        one = ImageOps.expand(ball(round(unit * scale), balls), round(unit * soft * 4))
        one = one.filter(ImageFilter.GaussianBlur(unit * soft))
        spot = (middle[0] + np.cos(angle) * width * reach * 0.86, middle[1] + np.sin(angle) * unit * reach * 0.80)
        put(picture, one, (round(spot[0] - one.width / 2), round(spot[1] - one.height / 2)))
    dropped(picture, product.getchannel("A"), place, tones.near(0.45, 0.08), unit * 0.045, 0.45)
    put(picture, product, place)
    return grained(picture, rng, 1.6)


def flat_lay(stage: Stage) -> Image.Image:
    """Seen from above on linen and a sheet of paper, with the shadow of a branch."""
    tones, rng = stage.tones, stage.rng
    unit = min(stage.size)
    picture = linen(stage.size, mix(tones.against(0.90, 0.028, 30), (240, 232, 220), 0.55), rng)
    halved(picture, tones.against(0.80, 0.055, float(rng.uniform(-25, 25))), rng)
    product = stage.turned(stage.fitted(0.62, 0.62), 11)
    place = (round((stage.size[0] - product.width) / 2), round((stage.size[1] - product.height) / 2))
    dropped(picture, product.getchannel("A"), place, (96, 84, 88), unit * 0.035, 0.95)
    put(picture, product, place)
    side = 1 if rng.random() < 0.5 else -1
    leaves(picture, (150, 146, 160), rng, side=side, soft=0.011, strength=0.62)
    shone(picture, (0.2, 0.1), 0.7, (255, 246, 230), 0.22)
    return grained(picture, rng, 2.0)


def lifestyle(stage: Stage) -> Image.Image:
    """On a wooden table in a room out of focus, sun through a window."""
    (width, height), rng = stage.size, stage.rng
    unit = min(stage.size)
    wall = [stage.tones.against(0.86, 0.035, 15), stage.tones.against(0.78, 0.05, 20), (196, 176, 158)]
    picture = swept(stage.size, [mix(one, (226, 208, 188), 0.45) for one in wall])
    panes(picture, (255, 226, 180), rng, 0.42)
    leaves(picture, (128, 140, 122), rng, side=1 if rng.random() < 0.5 else -1, soft=0.02, strength=0.75)
    picture = lamps(picture.filter(ImageFilter.GaussianBlur(unit * 0.012)), 9, (255, 214, 150), rng)
    edge = round(height * 0.66)
    table = wood((width, height - edge), ((132, 88, 56), (196, 148, 104)), rng)
    soft = table.filter(ImageFilter.GaussianBlur(unit * 0.006))
    depth = np.clip(np.linspace(1.4, -0.3, table.height), 0, 1)[:, None] * 255
    table.paste(soft, (0, 0), Image.fromarray(np.repeat(depth.astype(np.uint8), width, axis=1)))
    rim = Image.fromarray(
        np.repeat((np.clip(np.linspace(0, 14, table.height), 0, 1) * 255).astype(np.uint8)[:, None], width, 1)
    )
    picture.paste(table, (0, edge), rim)
    shone(picture, (0.22, 0.72), 0.5, (255, 220, 170), 0.35)
    product = stage.fitted(0.54, 0.60)
    place = stage.standing(product, 0.865)
    alpha = product.getchannel("A")
    mirrored(picture, product, place, 0.13, 0.35)
    cast(picture, alpha, place, (70, 46, 34), lean=1.0, rise=0.30, strength=0.62)
    grounded(picture, alpha, place, (62, 40, 30))
    put(picture, product, place)
    shone(picture, (0.1, 0.12), 0.62, (255, 232, 200), 0.32)
    vignetted(picture, (120, 96, 84), 0.5)
    return grained(picture, rng, 2.4)


def macro(stage: Stage) -> Image.Image:
    """So close that it leaves the frame, sharp where there is most to see, softer towards the corners."""
    tones, (width, height), rng = stage.tones, stage.size, stage.rng
    unit = min(stage.size)
    deep = tones.lightness > 0.55
    stops = [tones.against(0.42 if deep else 0.90, 0.05, 10), tones.against(0.30 if deep else 0.80, 0.06)]
    picture = swept(stage.size, stops)
    picture = lamps(picture, 14, tones.against(0.9, 0.05, 30), rng, low=0.95).filter(
        ImageFilter.GaussianBlur(unit * 0.008)
    )
    focus = _liveliest(stage.product)
    scale = max(width * 1.18 / stage.product.width, height * 0.94 / stage.product.height)
    scale = min(scale, 2.1 * min(width / stage.product.width, height / stage.product.height))
    size = (max(2, round(stage.product.width * scale)), max(2, round(stage.product.height * scale)))
    large = stage.product.resize(size, Image.Resampling.BICUBIC)
    place = tuple(
        round(
            min(0.12 * whole, max(whole * 0.88 - own, whole / 2 - at * own))
            if own > whole * 0.76
            else (whole - own) / 2
        )
        for whole, own, at in zip(stage.size, size, focus, strict=True)
    )
    sheet = Image.new("RGBA", stage.size)
    sheet.paste(large, (place[0], place[1]))
    dropped(picture, sheet.getchannel("A"), (0, 0), (60, 52, 60), unit * 0.05, 0.6)
    put(picture, sheet.filter(ImageFilter.UnsharpMask(unit / 260, 70, 2)), (0, 0))
    centre = (place[0] + focus[0] * size[0], place[1] + focus[1] * size[1])
    y, x = np.mgrid[0 : height // 8, 0 : width // 8].astype(np.float32) * 8
    away = np.hypot(x - centre[0], y - centre[1]) / unit
    for reach, begin in ((0.004, 0.34), (0.009, 0.52)):
        mask = Image.fromarray((np.clip((away - begin) / 0.2, 0, 1) * 255).astype(np.uint8))
        picture.paste(picture.filter(ImageFilter.GaussianBlur(unit * reach)), (0, 0), mask.resize(stage.size))
    shone(picture, (0.15, 0.1), 0.55, (255, 246, 232), 0.25)
    vignetted(picture, (90, 84, 92), 0.6)
    return grained(picture, rng, 2.6)


def _liveliest(product: Image.Image) -> tuple[float, float]:
    """The place of a product (shares of its size) with the most detail around it."""
    small = product.resize((48, 48), Image.Resampling.BOX)
    grey = np.asarray(small.convert("L"), np.float32)
    solid = np.asarray(small.getchannel("A").filter(ImageFilter.MinFilter(7)), np.float32) / 255
    down, across = np.gradient(grey)
    lively = Image.fromarray((np.hypot(down, across) * solid).astype(np.float32)).resize((12, 12), Image.Resampling.BOX)
    values = np.asarray(lively.resize((48, 48), Image.Resampling.BICUBIC)) + solid * 0.5
    y, x = np.unravel_index(int(values.argmax()), values.shape)
    return float(np.clip((x + 0.5) / 48, 0.3, 0.7)), float(np.clip((y + 0.5) / 48, 0.3, 0.7))


def dark_and_moody(stage: Stage) -> Image.Image:
    """Out of the dark: one light behind, rims of light, haze, a polished black floor."""
    tones, (width, height), rng = stage.tones, stage.size, stage.rng
    glow = tones.near(0.52, min(0.12, 0.05 + tones.chroma * 0.5), 8)
    picture = swept(stage.size, [tones.near(0.13, 0.02), tones.near(0.17, 0.03), tones.near(0.11, 0.02)])
    product = stage.fitted(0.56, 0.60)
    place = stage.standing(product, 0.855)
    middle = place[1] / height + 0.42 * product.height / height
    shone(picture, (0.5, middle), 0.42, glow, 0.85)
    shone(picture, (0.5, middle - 0.02), 0.23, tones.near(0.72, 0.06, 20), 0.36)
    haze = waves(stage.size, (3.2, 4.5), rng) + np.float32(0.5) * waves(stage.size, (8, 11), rng)
    haze = np.clip(np.float32(0.5) + np.float32(0.5) * haze, 0, 1)
    picture = textured(picture, (haze - np.float32(0.5)) * np.linspace(0.4, 1, height, dtype=np.float32)[:, None], 15)
    line = round(height * 0.80)
    floor = swept(
        (width, height - line), [tones.near(0.24, 0.035), tones.near(0.12, 0.02), tones.near(0.09, 0.015)], 0.6
    )
    fade = Image.fromarray(
        np.repeat((np.clip(np.linspace(0, 5, floor.height), 0, 1) * 255).astype(np.uint8)[:, None], width, 1)
    )
    picture.paste(floor, (0, line), fade)
    column = np.linspace(1.0, 0.70, product.height, dtype=np.float32)[:, None, None]
    pixels = (
        np.asarray(ImageEnhance.Contrast(product.convert("RGB")).enhance(1.12), np.float32) * column * np.float32(0.93)
    )
    lit = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    lit.putalpha(product.getchannel("A"))
    lit = rimmed(lit, tones.near(0.84, 0.05, 20), 0.62)
    mirrored(picture, lit, place, 0.42, 0.42)
    grounded(picture, product.getchannel("A"), place, (8, 6, 8))
    put(picture, lit, place)
    vignetted(picture, (20, 18, 22), 0.8)
    return grained(picture, rng, 3.4)


def solid_background(stage: Stage) -> Image.Image:
    """One colour without a horizon, a shadow at the foot: for shops and catalogues."""
    tones, rng = stage.tones, stage.rng
    turn = float(rng.choice([180.0, 165.0, 0.0, 30.0]))
    ground = tones.near(0.86 if tones.lightness < 0.72 else 0.72, 0.05 if turn else 0.035, turn)
    picture = Image.new("RGB", stage.size, ground)
    product = stage.fitted(0.60, 0.64)
    place = stage.standing(product, 0.82)
    alpha = product.getchannel("A")
    shade = mix(ground, (30, 24, 30), 0.72)
    cast(picture, alpha, place, shade, lean=0.8, rise=0.20, strength=0.40)
    grounded(picture, alpha, place, shade, 0.9)
    put(picture, product, place)
    return picture


SCENES: Final[dict[str, Scene]] = {
    "floating": floating,
    "flat_lay": flat_lay,
    "lifestyle": lifestyle,
    "product_art": product_art,
    "macro": macro,
    "dark_and_moody": dark_and_moody,
    "solid_background": solid_background,
}
