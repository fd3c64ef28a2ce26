"""What choices are called on pages. Pure."""

from collections.abc import Mapping
from typing import Final

LABELS: Final[Mapping[str, str]] = {
    "instagram": "Instagram", "facebook": "Facebook", "linkedin": "LinkedIn", "pinterest": "Pinterest", "x.com": "X",
    "tiktok": "TikTok",
}  # fmt: skip
MODES: Final = {"both": "Mine and what the picture shows", "user": "Only mine", "ai": "Only what the picture shows"}
FITS: Final = {"crop": "Crop to the subject", "extend": "Keep it whole, extend the ground"}
OUTPUTS: Final = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP"}
HASHTAGS: Final = {"full": "15 to 30, for reach", "few": "3 to 5, today’s advice"}
TONES: Final = {"auto": "As can be read best", "original": "As it is", "light": "Light", "dark": "Dark"}
WRITERS: Final = {"auto": "The best there is", "gemini": "Google Gemini", "openai": "OpenAI", "local": "This machine"}
MAKERS: Final = {
    "auto": "The best there is", "gemini": "Google Gemini", "replicate": "Replicate", "openai": "OpenAI",
    "local": "This machine",
}  # fmt: skip
PHOTOGRAPHY: Final = {"off": "No", "auto": "If there is a product", "on": "Yes"}


def pairs(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """As a form's choices."""
    return list(values.items())
