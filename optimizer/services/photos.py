"""Product photographs: which are wanted, what is asked for them, what was made before (O6, O14).

Inside the workspace's scope, unless a function says otherwise.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.db import connection

from aura.media import making as made
from aura.media import services as media
from aura.media.making import Prepared
from aura.providers.image_ports import ImageOrder
from aura.providers.local.cutting.judging import SURE
from aura.tenancy.scope import workspace_scope
from optimizer.engine.attention import attend
from optimizer.engine.opening import open_image
from optimizer.models import Optimization, PlatformOutput, ProductPhoto
from optimizer.options import digest
from optimizer.photography import (
    MOST_NAME,
    PROMPTS_VERSION,
    STYLES,
    Detection,
    photo_order,
    prompt_of,
    seen_product,
    told_product,
)
from optimizer.platforms import format_for

S = ProductPhoto.State
OPEN: Final = (S.QUEUED, S.RUNNING, S.STORING)
OF_ITSELF: Final = frozenset({
    "id", "workspace_id", "optimization_id", "reused", "external_id", "reservation", "created_at",
})  # fmt: skip
LOCAL: Final = "local:"
LOOKED_AT: Final = 1200
"""Pixels of the longer side in which a product is looked for."""
SHAPES: Final = {"4:5": (4, 5), "1:1": (1, 1), "3:4": (3, 4), "9:16": (9, 16), "3:2": (3, 2), "16:9": (16, 9)}
"""Forms that every maker makes, best first; all platforms' files are cut from one."""
NAMES: Final = {"replicate": "Replicate", "gemini": "Gemini", "openai": "an OpenAI-compatible model"}
COMPOSED: Final = "Composed on this machine"
DOUBTFUL: Final = "Composed on this machine; the cut-out may be wrong, look at it before you post"
NOT_READ: Final = "The picture is not there yet."
# Held until the transaction ends: of two photographs of one recipe the later one sees the earlier one.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))"


def detect(optimization: Optimization) -> Detection:
    """Whether the session's picture shows a product: as the model said, else looked at here (about a second).

    Outside of any transaction.
    """
    if (told := told_product(optimization.words)) is not None:
        return told
    with workspace_scope(optimization.workspace_id):
        master = optimization.master
    if master is None:
        return Detection(False, NOT_READ, "local", confidence=0.0)
    opened = open_image(media.read(master), lambda width, height: LOOKED_AT / max(width, height), min_side=1)
    faces = attend(opened.image, opened.width, opened.height).faces
    return seen_product(opened.image, faces=len(faces))[0]


def keep_finding(optimization: Optimization, found: Detection) -> None:
    """Store what was found beside the rest of the analysis: ``is_product``, ``product_reason``, ``product_source``…"""
    optimization.analysis = {
        **optimization.analysis,
        "is_product": found.found,
        "product_reason": found.reason,
        "product_source": found.source,
        "product_name": found.name,
        "product_confidence": found.confidence,
    }
    optimization.save(update_fields=["analysis"])


def styles_of(optimization: Optimization, found: Detection | None) -> tuple[str, ...]:
    """The styles to make: none where they are off, or wanted only for a product and there is none."""
    chosen = optimization.choices
    if chosen.photography == "off" or (chosen.photography == "auto" and not (found and found.found)):
        return ()
    return chosen.styles or tuple(STYLES)


def take(optimization: Optimization, found: Detection | None) -> list[ProductPhoto]:
    """Write the photographs that are wanted and not there yet; the new ones are returned."""
    there = set(optimization.photos.values_list("style", flat=True))
    product = found.name if found else str(optimization.analysis.get("product_name") or "")
    shape = aspect_of(list(optimization.outputs.all()))
    return [
        ProductPhoto.objects.create(
            workspace_id=optimization.workspace_id,
            optimization=optimization,
            style=style,
            aspect=shape,
            product=product[:MOST_NAME],
            prompt_version=PROMPTS_VERSION,
        )
        for style in styles_of(optimization, found)
        if style not in there
    ]


def aspect_of(outputs: Sequence[PlatformOutput]) -> str:
    """The form of which the platforms' sizes lose least."""
    sizes = [format_for(one.platform, one.format_key, 4, 5) for one in outputs]
    return max(SHAPES, key=lambda shape: round(sum(size.kept(*SHAPES[shape]) for size in sizes), 3))


def order_of(photo: ProductPhoto, maker: str, *, webhook_url: str = "") -> ImageOrder:
    """What a maker, by its name, is asked for. Reads the picture, so outside of any transaction."""
    master = photo.optimization.master
    if master is None:
        raise RuntimeError("A photograph is asked for once its session has a picture.")
    order = photo_order(
        photo.style,
        media.read(master),
        marker=f"{photo.pk}-{photo.tries}",
        reference_type=master.media_type,
        product=photo.product,
        aspect=photo.aspect,
        # The same recipe gives the same picture, where a maker takes a seed.
        seed=int(digest(master.sha256, photo.style)[:7], 16),
        webhook_url=webhook_url,
    )
    # Replicate's models that edit take no such words; the prompt says the same.
    return replace(order, negative_prompt="") if maker.startswith("replicate:") else order


def prompt_for(photo: ProductPhoto) -> str:
    """The words that a model is asked with, as they stand in the file."""
    return prompt_of(photo.style, photo.product)


def recipe_of(photo: ProductPhoto, makers: Sequence[str]) -> str:
    """The name of all that a photograph depends on; ``makers`` are names (with versions), best first."""
    master = photo.optimization.master
    sha256 = master.sha256 if master else ""
    return digest(sha256, photo.style, photo.aspect, photo.product, photo.prompt_version, list(makers))


def claim(photo: ProductPhoto, recipe: str) -> bool:
    """Write the recipe, unless another photograph of it is being made: then this one waits, and has none.

    Whoever else asks waits until the caller's transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"photo:{photo.workspace_id}:{recipe}"])
    others = ProductPhoto.objects.filter(recipe=recipe, state=S.RUNNING, picture__isnull=True).exclude(pk=photo.pk)
    is_free = photo.optimization.fresh or not others.exists()
    photo.recipe = recipe if is_free else ""
    photo.save(update_fields=["recipe"])
    return is_free


def made_before(photo: ProductPhoto, *, by_hand: bool) -> ProductPhoto | None:
    """A finished photograph of the same recipe; a composed one only where ``by_hand``: nobody better is there."""
    if photo.optimization.fresh:
        return None
    rows = ProductPhoto.objects.filter(recipe=photo.recipe, state=S.DONE, picture__isnull=False).exclude(pk=photo.pk)
    if not by_hand:
        rows = rows.filter(placeholder=False)
    return rows.select_related("picture").order_by("-created_at").first()


def take_again(photo: ProductPhoto, former: ProductPhoto) -> None:
    """Show a former photograph's picture, with all that is known of it."""
    for name in ("picture", "maker", "model_version", "placeholder", "label", "looks_right", "confidence", "reasons"):
        setattr(photo, name, getattr(former, name))
    photo.reused = True
    photo.save()


def keep(photo: ProductPhoto, prepared: Prepared) -> None:
    """Store the picture that was made, and what there is to say of it. Storing it again changes nothing."""
    photo.picture = made.store(prepared)
    photo.confidence, photo.reasons = prepared.confidence, list(prepared.notes)
    photo.looks_right = prepared.confidence is None or prepared.confidence >= SURE
    photo.label = label_of(photo)
    photo.save(update_fields=["picture", "confidence", "reasons", "looks_right", "label"])


def label_of(photo: ProductPhoto) -> str:
    """Who has made it, in words for people."""
    if photo.placeholder:
        return COMPOSED if photo.looks_right else DOUBTFUL
    provider, _, model = photo.maker.partition(":")
    return f"Made by {NAMES.get(provider, provider)} ({model}) from your picture"[:200]


def are_open(optimization: Optimization) -> bool:
    """Whether any photograph of a session is not over."""
    return ProductPhoto.objects.filter(optimization=optimization, state__in=OPEN).exists()


def copy(former: Optimization, optimization: Optimization) -> None:
    """Give a session the finished photographs of a former one; their files are copied with the platforms'."""
    kept = [field.attname for field in ProductPhoto._meta.concrete_fields if field.attname not in OF_ITSELF]
    ProductPhoto.objects.bulk_create(
        ProductPhoto(
            workspace_id=optimization.workspace_id,
            optimization=optimization,
            reused=True,
            **{name: getattr(one, name) for name in kept},
        )
        for one in former.photos.filter(state=S.DONE)
    )
