"""The outside services that a workspace may have a key of, and what Aura does without one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """``variable`` is the environment variable of the whole installation; ``without`` says what is missing."""

    name: str
    label: str
    secret: str
    purpose: str
    without: str
    variable: str


SERVICES = {
    service.name: service
    for service in (
        Service(
            "gemini",
            "Google Gemini",
            "API key",
            "Reads profiles and pictures, writes texts.",
            "No Gemini key: classification uses the local model.",
            "GEMINI_API_KEY",
        ),
        Service(
            "apify",
            "Apify",
            "API token",
            "Fetches posts and comments from Instagram.",
            "No Apify token: comments come in by upload only.",
            "APIFY_TOKEN",
        ),
        Service(
            "instagram",
            "Instagram Graph API",
            "access token",
            "Reads posts, comments and follower figures of an Instagram account of your own.",
            "No Instagram access token: your own accounts are fetched as others are.",
            "INSTAGRAM_TOKEN",
        ),
        Service(
            "openai",
            "OpenAI",
            "API key",
            "Writes texts where Gemini does not.",
            "No OpenAI key: there is no second writer.",
            "OPENAI_API_KEY",
        ),
        Service(
            "replicate",
            "Replicate",
            "API token",
            "Makes pictures from words.",
            "No Replicate token: pictures are composed locally and labelled as such.",
            "REPLICATE_API_TOKEN",
        ),
    )
}


def service_choices() -> list[tuple[str, str]]:
    """Every service with its label."""
    return [(service.name, service.label) for service in SERVICES.values()]
