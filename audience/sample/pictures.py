"""Profile pictures of the sample: portraits, and all that people use instead of a face."""

from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from audience.sample.canvas import FULL, SCALE, Canvas, Colour, Point, clamp, curve, ellipse, mix, shade
from audience.sample.people import DEFAULT_PICTURE, Person
from audience.sample.portraits import draw_portrait
from audience.sample.words import plain, seeded

QUALITY = 70
PALE: Colour = (244, 240, 232)


def write_pictures(people: list[Person], folder: Path) -> None:
    """Draw every person's picture into `folder` as JPEG; one default picture serves all who never chose one."""
    folder.mkdir(parents=True, exist_ok=True)
    save(draw_default(), folder / DEFAULT_PICTURE)
    for person in people:
        if person.art != "default":
            save(draw(person), folder / person.picture)


def save(image: Image.Image, target: Path | BytesIO) -> None:
    """Write a picture as a small JPEG."""
    image.save(target, "JPEG", quality=QUALITY, optimize=True)


def draw(person: Person) -> Image.Image:
    """The 150 x 150 picture of a person, always the same for the same person."""
    random = seeded(f"picture {person.id}")
    if person.art == "face":
        return draw_portrait(random, person.gender, person.age)
    if person.art == "initials":
        return _initials(random, person)
    if person.art == "default":
        return draw_default()
    return {"landscape": _landscape, "object": _object, "logo": _logo}[person.art](random)


def draw_default() -> Image.Image:
    """The grey silhouette of people without a picture."""
    canvas = Canvas((219, 223, 227))
    canvas.fill(ellipse(75, 60, 26, 26), PALE, blur=0.3)
    canvas.fill(ellipse(75, 142, 54, 46), PALE, blur=0.3)
    return canvas.finished()


def _colour(random: Random, low: int = 30, high: int = 225) -> Colour:
    return random.randrange(low, high), random.randrange(low, high), random.randrange(low, high)


def _letters(canvas: Canvas, text: str, size: int, colour: Colour, middle: Point) -> None:
    mask = Image.new("L", (FULL, FULL), 0)
    place = (middle[0] * SCALE, middle[1] * SCALE)
    ImageDraw.Draw(mask).text(place, text, fill=255, font=ImageFont.load_default(size * SCALE), anchor="mm")
    canvas.lay(mask, colour)


def _initials(random: Random, person: Person) -> Image.Image:
    ground = _colour(random)
    canvas = Canvas(ground)
    text = (plain(person.username) or "x")[: random.choice((1, 2))].upper()
    _letters(canvas, text, 62, PALE if sum(ground) < 460 else shade(ground, 0.3), (75, 75))
    return canvas.finished()


def _landscape(random: Random) -> Image.Image:
    sky, land = _colour(random, 120, 250), _colour(random, 30, 140)
    canvas = Canvas(sky)
    canvas.fill([(0, 80), (150, 80), (150, 150), (0, 150)], mix(sky, (255, 226, 180), 0.7), blur=22)
    canvas.fill(ellipse(random.randrange(20, 130), random.randrange(22, 70), 13, 13), (255, 244, 214), blur=1.2)
    for row in range(4):
        base = 78 + row * 17
        ridge = [(float(x), base + random.uniform(-13, 9)) for x in range(-10, 171, 18)]
        canvas.fill([*curve(ridge, 6), (170.0, 170.0), (-10.0, 170.0)], mix(sky, land, 0.35 + row * 0.2), blur=0.5)
    canvas.grain(random, 0.1)
    return canvas.finished(0.3)


def _logo(random: Random) -> Image.Image:
    ground, ink = _colour(random, 20, 240), _colour(random, 20, 240)
    if abs(sum(ground) - sum(ink)) < 160:
        ink = PALE if sum(ground) < 380 else shade(ground, 0.25)
    canvas = Canvas(ground)
    sides, size = random.choice((3, 4, 5, 6, 8, 40)), random.uniform(44, 60)
    canvas.place(random.uniform(0, 90), 1, 0, 0)
    canvas.fill(ellipse(75, 75, size, size, sides), ink)
    canvas.fill(ellipse(75, 75, size * 0.86, size * 0.86, sides), ground)
    canvas.place(0, 1, 0, 0)
    _letters(canvas, "".join(random.choices("ABCDEFGHKLMNPRSTUVW", k=random.choice((1, 2)))), 38, ink, (75, 73))
    canvas.stroke([(48, 104), (102, 104)], 3, ink, random.choice((0, 1)))
    return canvas.finished()


def _object(random: Random) -> Image.Image:
    ground = _colour(random, 90, 235)
    canvas = Canvas(ground)
    canvas.fill([(-10, 104), (160, 104), (160, 160), (-10, 160)], shade(ground, 0.72), blur=1)
    canvas.place(random.uniform(-4, 4), random.uniform(0.85, 1.25), random.uniform(-12, 12), random.uniform(-6, 8))
    random.choice((_cup, _plant, _cat))(canvas, random)
    canvas.grain(random, 0.1)
    return canvas.finished(0.3)


def _cup(canvas: Canvas, random: Random) -> None:
    clay = _colour(random, 110, 250)
    canvas.fill(ellipse(78, 120, 40, 7), (20, 16, 14), 0.4, 4)
    handle = ellipse(112, 86, 14, 14)
    canvas.stroke([*handle, handle[0]], 6, shade(clay, 0.86))
    canvas.fill([(42, 62), (108, 62), (102, 110), (90, 120), (60, 120), (48, 110)], clay, blur=0.6)
    canvas.fill([(42, 62), (58, 62), (66, 120), (60, 120), (48, 110)], shade(clay, 0.7), 0.5, 4)
    canvas.fill(ellipse(75, 62, 33, 8), shade(clay, 1.12))
    canvas.fill(ellipse(75, 63, 29, 6), (74, 44, 26))
    for x in (66, 82):
        canvas.stroke(curve([(x, 50), (x + 5, 40), (x - 4, 28), (x + 3, 16)]), 3, PALE, 0.4, 2)


def _plant(canvas: Canvas, random: Random) -> None:
    pot, leaf = _colour(random, 110, 220), clamp(random.randrange(30, 100), random.randrange(100, 180), 70)
    for _ in range(random.randrange(6, 12)):
        x, y = random.uniform(25, 125), random.uniform(10, 62)
        bend = (75 + (x - 75) * 0.8, (y + 92) / 2 + 8)
        canvas.stroke(curve([(75, 96), bend, (x, y)]), 2.4, shade(leaf, 0.7))
        canvas.fill(ellipse(x, y, random.uniform(7, 13), random.uniform(5, 9)), shade(leaf, random.uniform(0.7, 1.3)))
    canvas.fill([(50, 92), (100, 92), (92, 130), (58, 130)], pot, blur=0.5)
    canvas.fill([(46, 86), (104, 86), (104, 96), (46, 96)], shade(pot, 0.85), blur=0.4)


def _cat(canvas: Canvas, random: Random) -> None:
    fur = shade(
        random.choice(((60, 54, 50), (190, 130, 76), (222, 214, 204), (120, 112, 106))), random.uniform(0.8, 1.2)
    )
    tail = curve([(104, 120), (128, 112), (130, 86), (120, 76)])
    canvas.stroke(tail, 9, shade(fur, 0.9), blur=0.8)
    canvas.fill(ellipse(75, 108, 32, 34), fur, blur=0.8)
    canvas.fill(ellipse(75, 58, 24, 21), fur, blur=0.6)
    for side in (-1, 1):
        canvas.fill([(75 + side * 22, 56), (75 + side * 21, 26), (75 + side * 5, 42)], fur, blur=0.5)
        canvas.fill(ellipse(75 + side * 12, 118, 7, 18), shade(fur, 0.82), 0.8, 1.5)
