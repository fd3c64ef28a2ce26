"""Reads from the environment where the outside services are and which models are used (M11)."""

from decimal import Decimal, InvalidOperation

from aura.environment import Reader, WrongSetting
from aura.providers.configuration import ApifySettings, GraphSettings, Outside, SiteSettings, VisionSettings
from aura.providers.prices import WrongPrices, price_list

WEB = ("https", "http")
MOST = 1_000_000


def outside(env: Reader) -> Outside:
    """The services as the operator has set them; the names of the addresses are those that their own tools read."""
    shipped, graph = ApifySettings(), GraphSettings()
    return Outside(
        apify=ApifySettings(
            url=env.url("APIFY_API_BASE_URL", shipped.url, schemes=WEB),
            build=env.text("AURA_APIFY_BUILD"),
            actors={
                "profile": env.text("AURA_APIFY_PROFILE_ACTOR", shipped.actors["profile"]),
                "posts": env.text("AURA_APIFY_POSTS_ACTOR", shipped.actors["posts"]),
                "comments": env.text("AURA_APIFY_COMMENTS_ACTOR", shipped.actors["comments"]),
            },
        ),
        graph=GraphSettings(
            url=env.url("INSTAGRAM_GRAPH_URL", graph.url, schemes=WEB),
            version=env.text("INSTAGRAM_GRAPH_VERSION", graph.version),
        ),
        gemini=VisionSettings(
            url=env.url("GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com", schemes=WEB),
            model=env.text("AURA_GEMINI_MODEL", "gemini-3.5-flash-lite"),
            replacement=env.text("AURA_GEMINI_REPLACEMENT", "gemini-3.8-flash"),
            profiles=env.number("AURA_GEMINI_PROFILES", 16, low=1, high=64),
            comments=env.number("AURA_GEMINI_COMMENTS", 64, low=1, high=256),
            in_flight=env.number("AURA_GEMINI_IN_FLIGHT", 32, low=1, high=512),
            timeout=env.number("AURA_GEMINI_TIMEOUT", 60, low=1, high=600),
            per_minute=env.number("AURA_GEMINI_PER_MINUTE", 1000, low=1),
        ),
        openai=VisionSettings(
            url=env.url("OPENAI_BASE_URL", "https://api.openai.com/v1", schemes=WEB),
            model=env.text("AURA_OPENAI_MODEL"),
            replacement=env.text("AURA_OPENAI_REPLACEMENT"),
            profiles=env.number("AURA_OPENAI_PROFILES", 8, low=1, high=64),
            comments=env.number("AURA_OPENAI_COMMENTS", 32, low=1, high=256),
            in_flight=env.number("AURA_OPENAI_IN_FLIGHT", 8, low=1, high=512),
            timeout=env.number("AURA_OPENAI_TIMEOUT", 60, low=1, high=600),
            per_minute=env.number("AURA_OPENAI_PER_MINUTE", 1000, low=1),
        ),
        prices=env.attempt(lambda: _prices(env.text("AURA_PRICES")), ""),
        site=SiteSettings(
            url=env.url("INSTAGRAM_SITE_URL", SiteSettings().url, schemes=WEB),
            instaloader=env.flag("AURA_INSTALOADER", True),
        ),
        monthly_budget=env.attempt(lambda: _dollars(env.text("AURA_MONTHLY_BUDGET")), None),
    )


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
