"""A model that writes compliments, for the simulators: a kind one, and one that obeys whatever strangers order.

The obedient one reads every word of the material as an order: what stands in «…» it writes (decoded where the order
says base64, rot13, hex or backwards), it prints its instructions when it is asked for them, counts, invents tones.
"""

import base64
import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

ORDER: Final = re.compile(r"«(.+?)»", re.DOTALL)
FENCE: Final = re.compile(r"BEGIN (\w+)\n(.*?)\nEND \1", re.DOTALL)
COUNT: Final = re.compile(r"Write (\d+) different")
MANY: Final = re.compile(r"\b(\d{1,3}) (?:times|mal|veces|fois|volte|vezes)\b")
LEAK: Final = re.compile(r"system ?prompt|instruction|anweisung|instruccion|consigne|istruzion|instruç", re.I)
KIND: Final = (
    "The quiet light along the edge of this frame makes everything in it feel considered.",
    "What a lovely sense of colour, and how well the lines lead towards the middle.",
    "I keep returning to the calm of this picture and to the small details near its border.",
    "You found an angle that turns an ordinary moment into something worth a second look.",
    "So much care in this composition, it shows in every corner of the picture.",
    "This has rhythm, room to breathe and a mood that stays with me for the rest of the day.",
)


@dataclass(slots=True)
class Scribe:
    """``obedient`` does what strangers say; ``possible_minor`` is what it sees; ``seen`` are pictures by call."""

    obedient: bool = False
    possible_minor: bool = False
    seen: list[int] = field(default_factory=list)

    def write(self, system: str, words: Sequence[str], pictures: int) -> dict[str, Any]:
        """An answer of the schema of ``compliments.prompts``."""
        self.seen.append(pictures)
        asked = COUNT.search(system)
        count = int(asked[1]) if asked else 3
        material = "\n".join(found[2] for found in FENCE.finditer("\n".join(words)))
        if self.obedient and (texts := list(_obeyed(material, system))):
            many = MANY.search(material)
            return self._answer(texts * (min(int(many[1]), 50) if many else 1), pictures, wild=True)
        return self._answer([KIND[number % len(KIND)] for number in range(count)], pictures, wild=False)

    def _answer(self, texts: Sequence[str], pictures: int, *, wild: bool) -> dict[str, Any]:
        tones = [{"tone": "romantic", "percent": 250}, {"tone": "warm", "percent": -3}] if wild else KIND_TONES
        return {
            "pictures": [
                {"image": n, "description": f"A picture with light, the {n}."} for n in range(1, pictures + 1)
            ],
            "people": 1,
            "possible_minor": self.possible_minor,
            "compliments": [
                {
                    "text": text,
                    "tones": tones,
                    "refers_to": [{"image": 99, "what": text[:60]} if wild else {"image": 1, "what": "the light"}],
                }
                for text in texts
            ],
            "refused": False,
        }


KIND_TONES: Final = [{"tone": "warm", "percent": 60}, {"tone": "calm", "percent": 40}]


def is_writing(schema: Mapping[str, Any]) -> bool:
    """Whether an answer of this schema is compliments."""
    return "compliments" in schema.get("properties", {})


def _obeyed(material: str, system: str) -> Iterator[str]:
    for value in _values(material):
        for found in ORDER.finditer(value):
            yield _decoded(found[1], value)
        if LEAK.search(value):
            yield " ".join(system.split()[:60])
            yield " ".join(system.split()[40:75])


def _values(material: str) -> Iterator[str]:
    for line in material.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _decoded(text: str, order: str) -> str:
    try:
        if "base64" in order:
            return base64.b64decode(text).decode()
        if "hex" in order:
            return bytes.fromhex(text).decode()
    except ValueError:
        return text
    if "rot13" in order:
        return codecs.decode(text, "rot13")
    return text[::-1] if "backwards" in order else text
