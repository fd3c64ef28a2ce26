"""Pictures at signed addresses that end, as those of Instagram's servers do."""

import hashlib
import time
from functools import lru_cache
from io import BytesIO

from PIL import Image

from audience.sample.people import Person
from audience.sample.pictures import draw, save
from aura.testing.simulators.server import Answer, Asked
from aura.testing.simulators.world import World

GIF = bytes.fromhex("47494638396101000100800000ff9900ffffff21f90400000000002c00000000010001000002024401003b")
JPEG = {"Content-Type": "image/jpeg"}


class Pictures:
    """Addresses below ``base`` that answer for ``seconds``; :meth:`expire` ends all that were given out."""

    def __init__(self, world: World, base: str, seconds: float = 259_200) -> None:
        self.world = world
        self.base = base
        self.seconds = seconds
        self.served = 0
        self._age = 0
        self._people = {person.id: person for person in world.people}

    def person(self, key: str) -> str:
        """The address of a person's picture."""
        return self._signed(f"/pictures/people/{key}_n.jpg", "stp=dst-jpg_s150x150_tt6&")

    def post(self, code: str) -> str:
        """The address of a post's picture: named .heic, as the real ones may be, and a JPEG."""
        return self._signed(f"/pictures/posts/{code}_n.heic", "stp=dst-jpg_e35_tt6&")

    def child(self, code: str, number: int) -> str:
        """The address of a picture in a carousel, from 1; of a video it is the cover."""
        return self.post(f"{code}.{number}")

    def gif(self, number: str) -> str:
        """The address of a moving picture; these do not end."""
        return f"{self.base}/pictures/gifs/{number}.gif"

    def expire(self) -> None:
        """From now on, every address that was given out is refused."""
        self._age += 1

    def answer(self, asked: Asked) -> Answer:
        """What the server of the pictures says."""
        if asked.path.startswith("/pictures/gifs/"):
            return Answer(200, GIF, {"Content-Type": "image/gif"})
        ends, signature = asked.query.get("oe", "0"), asked.query.get("oh", "")
        if signature != self._signature(asked.path, ends) or int(ends, 16) < time.time():
            return Answer(403, b"URL signature expired", {"Content-Type": "text/plain"})
        self.served += 1
        key = asked.path.rpartition("/")[2].removesuffix("_n.jpg")
        person = self._people.get(key)
        return Answer(200, _portrait(person) if person else _plain(key), JPEG)

    def _signed(self, path: str, query: str) -> str:
        ends = f"{int(time.time() + self.seconds):X}"
        return f"{self.base}{path}?{query}oe={ends}&oh={self._signature(path, ends)}"

    def _signature(self, path: str, ends: str) -> str:
        return hashlib.sha256(f"{self._age} {path} {ends}".encode()).hexdigest()[:16]


@lru_cache(maxsize=4000)
def _portrait(person: Person) -> bytes:
    target = BytesIO()
    save(draw(person), target)
    return target.getvalue()


@lru_cache(maxsize=100)
def _plain(key: str) -> bytes:
    target = BytesIO()
    colour = tuple(hashlib.sha256(key.encode()).digest()[:3])
    Image.new("RGB", (320, 400), colour).save(target, "JPEG")
    return target.getvalue()
