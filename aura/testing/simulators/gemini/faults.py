"""What goes wrong at Gemini, as it was seen there: quotas, overload, cut and blocked answers."""

from typing import Any

from aura.testing.simulators.server import Answer, Fault


def refused(code: int, status: str, message: str, *details: dict[str, Any], **more: Any) -> Answer:
    """An error in Google's form."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = list(details)
    return Answer.json({"error": error}, code, **more)


def bad_key() -> Answer:
    """400, not 401."""
    reason = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
    }
    return refused(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", reason)


def _quota(quota: str, value: str, delay: str) -> Answer:
    kind = "type.googleapis.com/google.rpc."
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    violation = {
        "quotaMetric": metric,
        "quotaId": quota,
        "quotaDimensions": {"location": "global"},
        "quotaValue": value,
    }
    return refused(
        429,
        "RESOURCE_EXHAUSTED",
        f"You exceeded your current quota. Please retry in {delay}.",
        {"@type": f"{kind}Help", "links": [{"description": "Learn more", "url": "https://ai.google.dev/"}]},
        {"@type": f"{kind}QuotaFailure", "violations": [violation]},
        {"@type": f"{kind}RetryInfo", "retryDelay": delay},
    )


def minute_quota(delay: str = "0.2s") -> Answer:
    """Too many requests a minute."""
    return _quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "15", delay)


def day_quota() -> Answer:
    """The day's requests are used up; RetryInfo says a minute all the same."""
    return _quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20", "59s")


def no_quota() -> Answer:
    """A model that the key's tier does not include."""
    return _quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "0", "59s")


def overloaded() -> Answer:
    return refused(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")


def bad_gateway() -> Answer:
    return Answer(502, b"<html><title>502 Bad Gateway</title></html>", {"Content-Type": "text/html"})


def no_region() -> Answer:
    return refused(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")


def forbidden() -> Answer:
    return refused(403, "PERMISSION_DENIED", "Generative Language API has not been used in this project.")


def bad_request() -> Answer:
    return refused(400, "INVALID_ARGUMENT", "Unable to process input image.")


def retired(model: str) -> Answer:
    return refused(404, "NOT_FOUND", f"models/{model} is not found for API version v1, or is not supported.")


def page_with_200() -> Answer:
    """What a proxy in between says."""
    return Answer(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"})


def _counted(prompt: int = 900, thoughts: int = 0) -> dict[str, int]:
    return {"promptTokenCount": prompt, "thoughtsTokenCount": thoughts, "totalTokenCount": prompt + thoughts}


def blocked(reason: str = "PROHIBITED_CONTENT") -> Answer:
    """The prompt itself is blocked: no candidates."""
    return Answer.json({"promptFeedback": {"blockReason": reason}, "usageMetadata": _counted()})


def stopped(reason: str = "SAFETY") -> Answer:
    """The answer is blocked: a candidate without content."""
    return Answer.json({"candidates": [{"finishReason": reason, "index": 0}], "usageMetadata": _counted()})


def only_thoughts() -> Answer:
    """Thinking has eaten the room for the answer."""
    candidate = {"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}
    return Answer.json({"candidates": [candidate], "usageMetadata": _counted(thoughts=2048)})


def nothing() -> Answer:
    return Answer.json({})


BAD: dict[str, Fault] = {
    "blocked": blocked(),
    "stopped": stopped(),
    "only_thoughts": only_thoughts(),
    "nothing": nothing(),
}
"""Answers without a word about any profile."""
