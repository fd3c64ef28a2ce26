"""Product photography: is there a product, in which styles is it shown, and what is a model of pictures asked for (O6).

The prompts are data with a version; whoever changes a word raises ``PROMPTS_VERSION``, which stands with each picture.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from aura.providers.image_ports import ImageOrder
from aura.providers.local.cutting import Cutout, cut_out

PROMPTS_VERSION: Final = "2026-11-21"
MOST_NAME, MOST_WISH = 80, 300
UNCHANGED: Final = (
    "Use the product in the attached picture ({product}). It must stay the same product, unchanged: same "
    "shape, proportions, colours, materials, surface, label, logo and every word printed on it, letter for "
    "letter. Change only what is around it: background, light, shadow and reflection. Show the whole "
    "product once; add no text, no logo, no watermark, no people, no second product."
)
CLOSE: Final = UNCHANGED.replace("Show the whole product once", "Show the product once, cropped by the frame")
NEGATIVE: Final = "watermark, added text, added logo, altered label, deformed product, second product, people, hands"


@dataclass(frozen=True, slots=True)
class Style:
    """One of the seven. ``scene`` is what the model is asked to build around the product; ``line`` is for people."""

    key: str
    title: str
    line: str
    scene: str
    whole: bool = True


STYLES: Final[dict[str, Style]] = {
    one.key: one
    for one in (
        Style(
            "floating",
            "Floating",
            "In the air before a soft colour, its shadow far below.",
            "Studio photograph of the product floating in mid-air, slightly tilted, before a seamless pastel backdrop "
            "whose colour complements it; soft light from the upper left; a faint soft shadow far below on the floor.",
        ),
        Style(
            "flat_lay",
            "Flat lay",
            "Seen from straight above on cloth and paper.",
            "Flat lay photographed from directly above: the product lies on linen and coloured paper, a few discreet "
            "natural props at the edges, soft daylight with the shadow of leaves, plenty of free space around it.",
        ),
        Style(
            "lifestyle",
            "Lifestyle",
            "On a wooden table in a bright room.",
            "Lifestyle photograph: the product stands on a wooden table in a bright, lived-in room, warm sunlight "
            "through a window from the left, background out of focus, natural contact shadow and a faint reflection.",
        ),
        Style(
            "product_art",
            "Product art",
            "On a plinth among plain shapes in its own colours.",
            "Artful still life: the product stands on a low round plinth before an arch and simple geometric bodies in "
            "matt colours taken from the product, soft studio light, long clean shadows.",
        ),
        Style(
            "macro",
            "Macro",
            "So close that material and detail fill the picture.",
            "Macro photograph: so close that material, texture and label of the product fill the frame, very shallow "
            "depth of field, sharp where there is most detail, soft light that grazes the surface.",
            whole=False,
        ),
        Style(
            "dark_and_moody",
            "Dark and moody",
            "Out of the dark, with one light behind it.",
            "Low-key photograph: the product on a polished black surface, almost black background, one coloured light "
            "behind it, thin rims of light along its edges, a fading reflection, light haze.",
        ),
        Style(
            "solid_background",
            "Solid background",
            "One colour and a shadow, for shops and catalogues.",
            "Catalogue photograph: the product stands before one flat, even colour without a horizon, centred, "
            "soft even light, one soft shadow at its foot.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Detection:
    """Whether a picture shows a product. ``reason`` is one sentence for people; ``source`` says who judged: ``model``
    or ``local``; ``confidence`` from 0 to 1, None where the judge gave none. ``name`` is "" where nobody knows."""

    found: bool
    reason: str
    source: str
    name: str = ""
    confidence: float | None = None


def plain(text: object, most: int) -> str:
    """One line of ``text`` for a prompt: no control characters, quotes or brackets that could close a sentence."""
    words = unicodedata.normalize("NFKC", text if isinstance(text, str) else "")
    kept = "".join(one if unicodedata.category(one)[0] in "LNPSZM" else " " for one in words)
    return re.sub(r"\s+", " ", re.sub(r"[\"'`“”„«»<>{}\[\]()|\\]", " ", kept)).strip()[:most].strip()


def prompt_of(style: str, product: str = "", wish: str = "") -> str:
    """What a model is asked for in a style. ``product`` and ``wish`` come from people or models and are cleaned.

    Raises ``KeyError`` for a style that is none.
    """
    chosen = STYLES[style]
    rule = (UNCHANGED if chosen.whole else CLOSE).format(product=plain(product, MOST_NAME) or "the main object")
    asked = plain(wish, MOST_WISH)
    return " ".join(
        part
        for part in (
            chosen.scene,
            rule,
            f"Also wanted, as far as it leaves the product unchanged: {asked}." if asked else "",
        )
        if part
    )


def photo_order(
    style: str,
    reference: bytes,
    *,
    marker: str,
    reference_type: str = "image/jpeg",
    product: str = "",
    wish: str = "",
    aspect: str = "4:5",
    seed: int | None = None,
    count: int = 1,
    webhook_url: str = "",
) -> ImageOrder:
    """The order of a style from a sanitised picture of the product, for every maker. Raises ``KeyError``."""
    return ImageOrder(
        marker=marker,
        prompt=prompt_of(style, product, wish),
        negative_prompt=NEGATIVE,
        aspect=aspect,
        count=count,
        seed=seed,
        reference=reference,
        reference_type=reference_type,
        webhook_url=webhook_url,
    )


def told_product(answer: Mapping[str, Any]) -> Detection | None:
    """What an analysis says (``is_product``, ``product_name``, ``product_reason``); None where it says nothing."""
    said = answer.get("is_product")
    if not isinstance(said, bool):
        return None
    usual = "The analysis found a product." if said else "The analysis found no product."
    reason = plain(answer.get("product_reason"), 200) or usual
    return Detection(said, reason, "model", plain(answer.get("product_name"), MOST_NAME) if said else "")


def seen_product(picture: Image.Image, *, faces: int = 0) -> tuple[Detection, Cutout]:
    """Without a model: one clear object in the middle of a calm ground is taken for a product. About a second.

    ``faces`` is how many faces a detector has found: a picture of people is none of a product. It cannot know what the
    object is: a cat on a carpet is a product to it, which is why it only proposes.
    """
    cutout = cut_out(picture)
    return _seen(cutout, picture.size, faces), cutout


def _seen(cutout: Cutout, size: tuple[int, int], faces: int) -> Detection:
    verdict = cutout.judgement
    sure = verdict.confidence
    if faces:
        words = "A face is in the picture: it is taken for one of people."
        return Detection(False, words, "local", confidence=round(min(0.9, 0.5 + 0.1 * faces), 2))
    if not verdict.looks_right:
        why = verdict.reasons[0] if verdict.reasons else "No single object stands out."
        return Detection(
            False, f"No clear single object: {why[0].lower()}{why[1:]}", "local", confidence=round(1 - sure, 2)
        )
    left, top, right, bottom = cutout.box
    wide, high = cutout.picture.size
    off = max(abs((left + right) / 2 / wide - 0.5), abs((top + bottom) / 2 / high - 0.5))
    if off > 0.22:
        words = "The one object that stands out is far from the middle."
        return Detection(False, words, "local", confidence=0.5)
    words = f"One object stands alone near the middle and takes {verdict.area:.0%} of the picture."
    return Detection(True, words, "local", confidence=round(0.85 * sure, 2))
