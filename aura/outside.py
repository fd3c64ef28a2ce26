"""Reads from the environment where the outside services are and which models are used (M11)."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from aura.environment import Reader, WrongSetting
from aura.providers.configuration import (
    GEMINI_FINDING,
    GEMINI_IMAGES,
    GEMINI_WRITING,
    OPENAI_IMAGES,
    OPENAI_WRITING,
    REPLICATE,
    ApifySettings,
    GraphSettings,
    ImageSettings,
    Outside,
    SiteSettings,
    VisionSettings,
)
from aura.providers.prices import WrongPrices, price_list

WEB = ("https", "http")
MOST = 1_000_000


def outside(env: Reader) -> Outside:
    """The services as the operator has set them; the names of the addresses are those that their own tools read."""
    graph = GraphSettings()
    gemini = env.url("GOOGLE_GEMINI_BASE_URL", GEMINI_IMAGES.url, schemes=WEB)
    openai = env.url("OPENAI_BASE_URL", OPENAI_IMAGES.url, schemes=WEB)
    found = Outside(
        apify=_apify(env),
        graph=GraphSettings(
            url=env.url("INSTAGRAM_GRAPH_URL", graph.url, schemes=WEB),
            version=env.text("INSTAGRAM_GRAPH_VERSION", graph.version),
        ),
        gemini=VisionSettings(
            url=gemini,
            model=env.text("AURA_GEMINI_MODEL", "gemini-3.5-flash-lite"),
            replacement=env.text("AURA_GEMINI_REPLACEMENT", "gemini-3.8-flash"),
            profiles=env.number("AURA_GEMINI_PROFILES", 16, low=1, high=64),
            comments=env.number("AURA_GEMINI_COMMENTS", 64, low=1, high=256),
            in_flight=env.number("AURA_GEMINI_IN_FLIGHT", 32, low=1, high=512),
            timeout=env.number("AURA_GEMINI_TIMEOUT", 60, low=1, high=600),
            per_minute=env.number("AURA_GEMINI_PER_MINUTE", 1000, low=1),
        ),
        openai=VisionSettings(
            url=openai,
            model=env.text("AURA_OPENAI_MODEL"),
            replacement=env.text("AURA_OPENAI_REPLACEMENT"),
            profiles=env.number("AURA_OPENAI_PROFILES", 8, low=1, high=64),
            comments=env.number("AURA_OPENAI_COMMENTS", 32, low=1, high=256),
            in_flight=env.number("AURA_OPENAI_IN_FLIGHT", 8, low=1, high=512),
            timeout=env.number("AURA_OPENAI_TIMEOUT", 60, low=1, high=600),
            per_minute=env.number("AURA_OPENAI_PER_MINUTE", 1000, low=1),
        ),
        **_images(env, gemini, openai),
        gemini_writing=GEMINI_WRITING,
        openai_writing=OPENAI_WRITING,
        gemini_finding=GEMINI_FINDING,
        prices=env.attempt(lambda: _prices(env.text("AURA_PRICES")), ""),
        site=SiteSettings(
            url=env.url("INSTAGRAM_SITE_URL", SiteSettings().url, schemes=WEB),
            instaloader=env.flag("AURA_INSTALOADER", True),
        ),
        monthly_budget=env.attempt(lambda: _dollars(env.text("AURA_MONTHLY_BUDGET")), None),
    )
    return _with_writing(env, found)


def _apify(env: Reader) -> ApifySettings:
    shipped = ApifySettings()
    return ApifySettings(
        url=env.url("APIFY_API_BASE_URL", shipped.url, schemes=WEB),
        build=env.text("AURA_APIFY_BUILD"),
        actors={
            "profile": env.text("AURA_APIFY_PROFILE_ACTOR", shipped.actors["profile"]),
            "posts": env.text("AURA_APIFY_POSTS_ACTOR", shipped.actors["posts"]),
            "comments": env.text("AURA_APIFY_COMMENTS_ACTOR", shipped.actors["comments"]),
        },
    )


def _with_writing(env: Reader, found: Outside) -> Outside:
    """With those who look at pictures and write, and who searches: the same services, other models."""
    closely = env.choice("AURA_WRITING_RESOLUTION", "medium", ("low", "medium", "high"))
    gemini, openai = found.gemini_writing, found.openai
    return replace(
        found,
        gemini_writing=replace(
            found.gemini,
            model=env.text("AURA_GEMINI_WRITING_MODEL", gemini.model),
            replacement=env.text("AURA_GEMINI_WRITING_REPLACEMENT", gemini.replacement),
            resolution=closely,
        ),
        openai_writing=replace(openai, model=env.text("AURA_OPENAI_WRITING_MODEL", openai.model), resolution=closely),
        gemini_finding=replace(
            found.gemini,
            model=env.text("AURA_GEMINI_FINDING_MODEL", GEMINI_FINDING.model),
            replacement=env.text("AURA_GEMINI_FINDING_REPLACEMENT", GEMINI_FINDING.replacement),
        ),
    )


def _images(env: Reader, gemini: str, openai: str) -> dict[str, ImageSettings]:
    """Who makes pictures. Gemini and the OpenAI-compatible server stand where they stand for reading."""
    return {
        "replicate": replace(
            REPLICATE,
            url=env.url("REPLICATE_BASE_URL", REPLICATE.url, schemes=WEB).rstrip("/").removesuffix("/v1"),
            model=env.text("AURA_REPLICATE_MODEL", REPLICATE.model),
            editor=env.text("AURA_REPLICATE_EDITOR", REPLICATE.editor),
        ),
        "gemini_images": replace(
            GEMINI_IMAGES,
            url=gemini,
            model=env.text("AURA_GEMINI_IMAGE_MODEL", GEMINI_IMAGES.model),
        ),
        "openai_images": replace(
            OPENAI_IMAGES,
            url=openai,
            model=env.text("AURA_OPENAI_IMAGE_MODEL"),
        ),
    }


def _prices(path: str) -> str:
    """The path of a file of prices that can be used."""
    try:
        price_list(path)
    except WrongPrices as error:
        raise WrongSetting(f"AURA_PRICES: {error}", "aura.E108") from None
    return path


def _dollars(value: str) -> Decimal | None:
    """US dollars with two places, None where there is no limit."""
    if not value:
        return None
    try:
        amount = Decimal(value)
        good = amount.is_finite() and 0 <= amount <= MOST and amount == round(amount, 2)
    except InvalidOperation:
        good = False
    if not good:
        words = f"AURA_MONTHLY_BUDGET is {value[:20]!r}; it takes US dollars such as 50 or 12.50, or nothing."
        raise WrongSetting(words, "aura.E109")
    return amount
