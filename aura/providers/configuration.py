"""Where the outside services are and which of their models are used: values of the operator, without secrets. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol


class Placed(Protocol):
    """What a client of a model behind an address has to know; ``timeout`` is in seconds for each request."""

    @property
    def url(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def replacement(self) -> str: ...

    @property
    def in_flight(self) -> int: ...

    @property
    def timeout(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ApifySettings:
    """``actors`` names the actor of each kind of scrape, ``build`` the version of it ("" is the actor's default)."""

    url: str = "https://api.apify.com"
    build: str = ""
    actors: Mapping[str, str] = field(
        default_factory=lambda: {
            "profile": "apify/instagram-profile-scraper",
            "posts": "apify/instagram-post-scraper",
            "comments": "apify/instagram-comment-scraper",
        }
    )


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """The Instagram Graph API; ``version`` such as ``v25.0``."""

    url: str = "https://graph.instagram.com"
    version: str = "v25.0"


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Instagram's own site: where share links are resolved and, with ``instaloader``, where posts are read."""

    url: str = "https://www.instagram.com"
    instaloader: bool = True


@dataclass(frozen=True, slots=True)
class VisionSettings:
    """A model behind an address. ``replacement`` is asked where the service no longer knows ``model``.

    ``profiles`` or ``comments`` go into one request, ``in_flight`` requests are under way at once, ``timeout`` is in
    seconds for each, ``per_minute`` is how many requests a key may make.
    """

    url: str
    model: str
    replacement: str = ""
    profiles: int = 16
    comments: int = 64
    in_flight: int = 32
    timeout: int = 60
    per_minute: int = 1000
    resolution: str = "low"
    """How closely pictures are looked at: low, medium or high; more costs more tokens."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """A model that makes pictures; ``replacement`` is asked where the service no longer knows ``model``.

    ``editor`` is the one for pictures that start from another picture, where ``model`` makes them from words only.

    ``in_flight`` requests are under way at once, ``timeout`` is in seconds for each, ``per_minute`` is how many
    requests a key may make.
    """

    url: str
    model: str
    replacement: str = ""
    editor: str = ""
    in_flight: int = 4
    timeout: int = 120
    per_minute: int = 60


REPLICATE = ImageSettings(
    "https://api.replicate.com",
    "black-forest-labs/flux-schnell",
    editor="black-forest-labs/flux-kontext-pro",
    in_flight=16,
    timeout=30,
    per_minute=600,
)
GEMINI_IMAGES = ImageSettings(
    "https://generativelanguage.googleapis.com", "gemini-3.1-flash-image", "gemini-3.1-flash-lite-image"
)
OPENAI_IMAGES = ImageSettings("https://api.openai.com/v1", "", timeout=300)
GEMINI_WRITING = VisionSettings(
    "https://generativelanguage.googleapis.com", "gemini-3.8-flash", "gemini-3.5-flash", resolution="medium"
)
OPENAI_WRITING = VisionSettings("https://api.openai.com/v1", "", resolution="medium")
GEMINI_FINDING = VisionSettings("https://generativelanguage.googleapis.com", "gemini-3.8-flash", "gemini-3.5-flash")


@dataclass(frozen=True, slots=True)
class Outside:
    """All outside services."""

    apify: ApifySettings
    graph: GraphSettings
    gemini: VisionSettings
    openai: VisionSettings
    replicate: ImageSettings = REPLICATE
    gemini_images: ImageSettings = GEMINI_IMAGES
    openai_images: ImageSettings = OPENAI_IMAGES
    gemini_writing: VisionSettings = GEMINI_WRITING
    openai_writing: VisionSettings = OPENAI_WRITING
    """The models that look at pictures and write; the addresses are those of the models that read profiles."""
    gemini_finding: VisionSettings = GEMINI_FINDING
    """The model that searches the web for accounts."""
    prices: str = ""
    """A file of prices in place of the shipped one."""
    monthly_budget: Decimal | None = None
    """US dollars that a workspace may spend in a month until it says otherwise; None is no limit."""
    site: SiteSettings = field(default_factory=SiteSettings)
