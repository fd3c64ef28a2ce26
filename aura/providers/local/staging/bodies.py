"""The scene of plain bodies: a plinth, an arch, a ball."""

import numpy as np
from PIL import Image, ImageDraw

from aura.providers.local.composer.colours import mix
from aura.providers.local.composer.grounds import grained
from aura.providers.local.staging.light import ball, dropped, grounded, shone
from aura.providers.local.staging.stage import WHITE, Stage, put
from aura.providers.local.staging.surfaces import swept
from aura.providers.local.staging.tones import Tones


def product_art(stage: Stage) -> Image.Image:
    """On a plinth before an arch, with a ball beside it: plain bodies in the product's colours."""
    tones, (width, height), rng = stage.tones, stage.size, stage.rng
    unit = min(stage.size)
    strong = min(0.11, 0.065 + tones.chroma * 0.4)
    turn = float(rng.choice([-32.0, 28.0, 150.0, 178.0]))
    back, arch = tones.near(0.84, strong * 0.75, turn), tones.near(0.70, strong, turn - 14)
    picture = swept(stage.size, [mix(back, WHITE, 0.12), back, mix(back, arch, 0.25)])
    floor = round(height * 0.80)
    picture.paste(swept((width, height - floor), [mix(back, arch, 0.35), mix(back, WHITE, 0.10)]), (0, floor))
    wide = round(unit * 0.56)
    mask = Image.new("L", (wide * 2, floor * 2))
    top = round((height * 0.14) * 2)
    pen = ImageDraw.Draw(mask)
    pen.ellipse([0, top, wide * 2 - 1, top + wide * 2], fill=255)
    pen.rectangle([0, top + wide, wide * 2, floor * 2], fill=255)
    mask = mask.resize((wide, floor), Image.Resampling.LANCZOS)
    left = round(width * 0.5 - wide * 0.5 + unit * 0.04 * (1 if rng.random() < 0.5 else -1))
    dropped(
        picture,
        mask.crop((0, 0, wide, floor - round(unit * 0.02))),
        (left, 0),
        tones.near(0.5, 0.07, turn),
        unit * 0.03,
        0.5,
    )
    picture.paste(swept((wide, floor), [mix(arch, WHITE, 0.2), arch, mix(arch, (0, 0, 0), 0.1)]), (left, 0), mask)
    product = stage.fitted(0.46, 0.50)
    stand = _plinth(picture, stage, round(max(product.width * 1.25, unit * 0.46)), tones, turn, strong)
    place = (round(width / 2 - product.width / 2), stand - product.height)
    side = round(unit * 0.15)
    own = tones.near(0.74, strong * 1.05, turn + 60)
    one = ball(side, (mix(own, (40, 30, 50), 0.45), own, mix(own, WHITE, 0.6)))
    spot = (
        round(width * 0.5 + unit * 0.33 * (1 if left < (width - wide) / 2 else -1) - side / 2),
        round(height * 0.90) - side,
    )
    grounded(picture, one.getchannel("A"), spot, tones.near(0.4, 0.06, turn), 0.9)
    put(picture, one, spot)
    alpha = product.getchannel("A")
    grounded(picture, alpha, place, tones.near(0.38, 0.06, turn))
    dropped(picture, alpha, place, tones.near(0.5, 0.06, turn), unit * 0.03, 0.35)
    put(picture, product, place)
    shone(picture, (0.12, 0.08), 0.7, (255, 248, 236), 0.35)
    return grained(picture, rng, 1.8)


def _plinth(picture: Image.Image, stage: Stage, wide: int, tones: Tones, turn: float, strong: float) -> int:
    """A low round plinth; where the middle of its top is."""
    width, height = stage.size
    tall, deep = round(height * 0.085), max(8, round(wide * 0.17))
    top = round(height * 0.765)
    left = round(width / 2 - wide / 2)
    body = tones.near(0.92, strong * 0.35, turn + 10)
    flat = Image.new("L", (wide * 2, (tall + deep) * 2))
    pen = ImageDraw.Draw(flat)
    pen.ellipse([0, tall * 2, wide * 2 - 1, (tall + deep) * 2 - 1], fill=255)
    pen.rectangle([0, deep, wide * 2, tall * 2 + deep], fill=255)
    side = flat.resize((wide, tall + deep), Image.Resampling.LANCZOS)
    grounded(picture, side, (left, top), tones.near(0.42, 0.06, turn))
    light = np.cos((np.linspace(-1, 1, wide) + 0.45) * 1.25)[None, :, None]
    column = np.array(body, np.float32) * np.clip(0.66 + 0.34 * light, 0, 1.04)
    face = Image.fromarray(np.clip(np.repeat(column, tall + deep, axis=0), 0, 255).astype(np.uint8))
    picture.paste(face, (left, top), side)
    lid = Image.new("L", (wide * 2, deep * 2))
    ImageDraw.Draw(lid).ellipse([0, 0, wide * 2 - 1, deep * 2 - 1], fill=255)
    picture.paste(mix(body, WHITE, 0.55), (left, top), lid.resize((wide, deep), Image.Resampling.LANCZOS))
    return top + round(deep * 0.58)
