"""An answer of a model to the optimizer's question, as the tests begin from it."""

from collections.abc import Sequence
from typing import Any

from aura.providers.writer_ports import Picture
from aura.testing.drawings import drawn
from optimizer.limits import PLATFORMS
from optimizer.prompts import Asked


def asked(platforms: Sequence[str] = PLATFORMS, **more: Any) -> Asked:
    return Asked((Picture(1, drawn(1)),), tuple(platforms), **more)


def answer(platforms: Sequence[str] = PLATFORMS, **more: Any) -> dict[str, Any]:
    text = "A quiet cup in soft light, take {}. What do you see?"
    captions = [
        {"platform": one, "title": "A cup", "caption": text.format(number)} for number, one in enumerate(platforms, 1)
    ]
    return {
        "description": "A ceramic cup on a table.", "niches": ["ceramics", "home"], "subjects": ["cup", "table"],
        "text_in_image": "", "alt_text": "A blue ceramic cup on a wooden table.", "is_product": True,
        "product_name": "ceramic cup", "product_reason": "One cup stands alone in the middle.",
        "comparison": "", "best_picture": 0, "captions": captions,
        "hashtags": ["ceramics", "#Slow Craft", "pottery"],
    } | more  # fmt: skip
