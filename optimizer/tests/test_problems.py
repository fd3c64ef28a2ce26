"""What services say becomes the codes that the API promises (O13)."""

import pytest

from aura.providers.errors import ProviderError
from optimizer.engine.opening import PictureRefused
from optimizer.services.problems import CODES, meant, problem_of, refusal


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("rate_limited", "RATE_LIMIT"),
        ("provider_busy", "RATE_LIMIT"),
        ("budget_reached", "API_CREDITS_EXHAUSTED"),
        ("credits_exhausted", "API_CREDITS_EXHAUSTED"),
        ("quota_day", "API_CREDITS_EXHAUSTED"),
        ("timeout", "PROCESSING_TIMEOUT"),
        ("too_large", "IMAGE_TOO_LARGE"),
        ("url_refused", "url_refused"),
    ],
)
def test_a_services_code_becomes_the_promised_one(code: str, wanted: str) -> None:
    found = problem_of(ProviderError("Wait.", code=code, retry_after=12.4))
    assert found == (wanted, "Wait.", 12)
    assert meant(wanted) == wanted


def test_a_wait_is_at_least_a_second_and_unknown_where_nobody_says() -> None:
    assert problem_of(ProviderError("x", code="rate_limited", retry_after=0.1)).retry_after == 1
    assert problem_of(ProviderError("x", code="rate_limited")).retry_after is None


@pytest.mark.parametrize("code", CODES)
def test_a_refused_picture_keeps_its_code(code: str) -> None:
    error = PictureRefused(code, "No.")
    assert problem_of(error) == (code, "No.", None)
    problem = refusal(error, "/logo")
    assert (problem.get_codes(), problem.pointer) == (code, "/logo")
    assert problem.status_code == {"IMAGE_TOO_LARGE": 413, "RATE_LIMIT": 429}.get(code, 400)
