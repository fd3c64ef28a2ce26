"""A model that prepares words for platforms, for the simulators: a good one, and one that does what strangers say."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

FENCE: Final = re.compile(r"BEGIN (\w+)\n(.*?)\nEND \1", re.DOTALL)
ASKED: Final = re.compile(r"^- ([\w.]+): at most", re.MULTILINE)
MARK: Final = "prepare its words for all"
"""Words of the instructions; servers without schemas are told in no other way."""
TAGS: Final = (
    "ceramics", "slow craft", "#pottery", "handmade", "tableware", "studio pottery", "stoneware", "f4f", "clay", "2026",
    "interior design", "wheel thrown", "quiet home", "makers", "small batch", "home decor", "ceramics", "morning light",
)  # fmt: skip


@dataclass(slots=True)
class Optimist:
    """``obedient`` writes what stands in «…» in the material; ``product`` is its verdict; ``asked`` the platforms."""

    obedient: bool = False
    product: bool = True
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def write(self, system: str, words: Sequence[str], pictures: int = 1) -> dict[str, Any]:
        """An answer of the schema of ``optimizer.prompts``."""
        platforms = tuple(ASKED.findall(system))
        self.asked.append(platforms)
        material = " ".join(found[2] for found in FENCE.finditer("\n".join(words)))
        orders = re.findall(r"«(.+?)»", material) if self.obedient else []
        return {
            "description": "A blue ceramic cup stands on a wooden table. Soft daylight falls from the left.",
            "niches": ["ceramics", "home", "slow craft"],
            "subjects": ["cup", "table"],
            "text_in_image": "",
            "alt_text": "A blue ceramic cup on a wooden table in soft daylight.",
            "is_product": self.product,
            "product_name": "ceramic cup" if self.product else "",
            "product_reason": "One object stands alone in the middle of the picture.",
            "comparison": "The first has the softer light." if pictures > 1 else "",
            "best_picture": 1 if pictures > 1 else 0,
            "captions": list(_captions(platforms, orders)),
            "hashtags": [*orders, *TAGS],
        }


def is_optimizing(schema: Mapping[str, Any]) -> bool:
    """Whether an answer of this schema is words for platforms."""
    return {"captions", "hashtags"} <= set(schema.get("properties", {}))


def asks_for_it(system: str) -> bool:
    """The same by the instructions."""
    return MARK in " ".join(system.split())


def _captions(platforms: Sequence[str], orders: Sequence[str]) -> Iterator[dict[str, str]]:
    for platform in platforms:
        name = platform.partition(".")[0]
        text = orders[0] if orders else f"A cup that asks for a slow morning. Made for {name}. What is in yours?"
        titled = platform in {"pinterest", "tiktok"}
        yield {"platform": platform, "title": "A cup for slow mornings" if titled else "", "caption": text}
