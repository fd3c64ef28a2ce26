"""The pictures of posts: fetched from where a source says they are, one at a time, before their links end (C2)."""

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings

from aura.media import services as media
from aura.providers import outbound
from aura.providers.errors import ProviderError
from aura.providers.images import PICTURE_BYTES, Cleaned, ImageRefused
from compliments.models import InstagramPost, PostImage

DEADLINE = 60.0
# What Instagram's servers add to sign and to route a link; the rest names the content.
SIGNATURE = {"oe", "oh", "edm", "ccb", "efg", "se", "ig_cache_key", "cb", "x-expires", "x-signature"}
EXPIRED = "The link to this picture has ended. Try again to have it fetched anew."


def link_hash(link: str) -> str:
    """SHA-256 of what a link leads to: the same link with a new signature or from another server has the same."""
    try:
        parts = urlsplit(link)
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return hashlib.sha256(link.encode()).hexdigest()
    kept = sorted(pair for pair in query if pair[0] not in SIGNATURE and not pair[0].startswith("_nc_"))
    return hashlib.sha256(f"{parts.path}?{urlencode(kept)}".encode()).hexdigest()


def fetch(image: PostImage) -> Cleaned:
    """Fetch and clean one picture. Outside of any transaction.

    Raises ``ProviderError`` as :func:`aura.providers.outbound.fetch` does, and with the codes of ``ImageRefused``
    where what came is no picture that Aura takes.
    """
    try:
        fetched = outbound.fetch(
            image.link, max_bytes=PICTURE_BYTES, deadline=DEADLINE, allow_loopback=settings.AURA_ALLOW_LOOPBACK
        )
        return media.clean(fetched.data)
    except ImageRefused as refusal:
        raise ProviderError(refusal.message, code=refusal.code) from None
    except ProviderError as error:
        if error.code != "expired":
            raise
        raise ProviderError(EXPIRED, code="expired") from None


def keep(image: PostImage, cleaned: Cleaned) -> None:
    """Store a picture as the image's; one that it had before goes where nothing else shows it. In scope."""
    before = image.picture_id
    image.picture = media.store(cleaned)
    image.link = image.error_code = image.error = ""
    image.save(update_fields=["picture", "link", "error_code", "error"])
    if before and before != image.picture_id:
        media.drop_unused([before])


def refuse(image: PostImage, error: ProviderError) -> None:
    """Remember why a picture cannot be had. The link is kept for a retry."""
    image.error_code, image.error = error.code[:60], error.message[:1000]
    image.save(update_fields=["error_code", "error"])


def waiting(post: InstagramPost) -> list[PostImage]:
    """Images of a post that are still to be fetched, in order."""
    return list(PostImage.objects.filter(post=post, error_code="").exclude(link="").order_by("number"))
