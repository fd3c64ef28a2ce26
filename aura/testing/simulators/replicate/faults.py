"""What goes wrong at Replicate, as it was seen there."""

from typing import Any

from aura.testing.simulators.server import Answer


def refused(status: int, title: str, detail: str, **more: Any) -> Answer:
    """An error in Replicate's form."""
    headers = {"Content-Type": "application/problem+json", **more.pop("headers", {})}
    return Answer.json({"title": title, "detail": detail, "status": status, **more}, status, headers=headers)


def unauthenticated() -> Answer:
    return refused(401, "Unauthenticated", "You did not pass a valid authentication token")


def no_credit() -> Answer:
    words = "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing"
    return refused(402, "Insufficient credit", words)


def missing() -> Answer:
    return refused(404, "Not found", "The requested resource could not be found.")


def invalid(*problems: str) -> Answer:
    """422, as the model's schema is checked."""
    fields = [{"type": "invalid", "field": one[2:].partition(":")[0], "description": one} for one in problems]
    return refused(422, "Input validation failed", "\n".join(problems) + "\n", invalid_fields=fields)


def throttled(seconds: int = 30) -> Answer:
    """429: the wait stands in the text alone."""
    words = f"Request was throttled. Your rate limit resets in ~{seconds}s."
    return Answer.json({"detail": words, "status": 429, "title": "Too many requests"}, 429)


def unavailable() -> Answer:
    return Answer(503, b"<html>503 Service Temporarily Unavailable</html>", {"Content-Type": "text/html"})


def page_with_200() -> Answer:
    """What a proxy in between says."""
    return Answer(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"})
