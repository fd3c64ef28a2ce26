"""Product photographs as pages, the API and the results file show them (O6)."""

from typing import Any

from optimizer.models import Optimization, ProductPhoto
from optimizer.photography import STYLES


def photos_of(optimization: Optimization) -> list[ProductPhoto]:
    """The photographs of a session in the order of the styles; of one from ``session_of`` without a query."""
    places = list(STYLES)
    known = [photo for photo in optimization.photos.all() if photo.style in STYLES]
    return sorted(known, key=lambda photo: places.index(photo.style))


def photo_status(photo: ProductPhoto) -> dict[str, Any]:
    """A photograph as plain values. ``looks_right`` false: its cut-out may be wrong, for the ``reasons`` given."""
    return {
        "status": photo.state,
        "title": STYLES[photo.style].title,
        "label": photo.label,
        "maker": photo.maker,
        "placeholder": photo.placeholder,
        "reused": photo.reused,
        "looks_right": photo.looks_right,
        "confidence": photo.confidence,
        "reasons": photo.reasons,
        "notes": photo.notes,
        "prompt_version": photo.prompt_version,
        "picture": str(photo.picture_id) if photo.picture_id else None,
        "processing_time": None if photo.seconds is None else round(photo.seconds, 3),
        "error": {"code": photo.error_code, "message": photo.error} if photo.error_code else None,
    }


def photographs(optimization: Optimization) -> dict[str, Any]:
    """:func:`photo_status` of each, by style."""
    return {photo.style: photo_status(photo) for photo in photos_of(optimization)}
