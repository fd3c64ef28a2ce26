"""What Gemini refuses and how its connection breaks, each with its code, and the key in no word of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from audience.prompts import CURRENT
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gemini import GeminiVision
from aura.providers.gemini.errors import translated, until_midnight
from aura.providers.ports import Vision
from aura.providers.tests.readers import Threads, fresh_model, people, read_all
from aura.testing.simulators.gemini import KEY, GeminiSimulator, faults
from aura.testing.simulators.server import CLOSED, Answer

# Outside tests the adapter silences these words of the SDK itself.
pytestmark = pytest.mark.filterwarnings("ignore:.* is not a valid :UserWarning")
CALL = ":generateContent"


@pytest.fixture
def gemini() -> Iterator[GeminiSimulator]:
    model = fresh_model()
    with GeminiSimulator(models=(model, f"{model}-next")) as service:
        yield service


@pytest.fixture
def threads() -> Threads:
    return Threads()


def vision(gemini: GeminiSimulator, threads: Any, *, key: str = KEY, **more: Any) -> GeminiVision:
    values: dict[str, Any] = {"model": gemini.models[0], "profiles": 4, "in_flight": 2, "timeout": 5} | more
    return GeminiVision(key, VisionSettings(gemini.url, **values), CURRENT, threads)


def refusal(adapter: Vision, count: int = 2) -> ProviderError:
    """What reading raises; the key is in no word of it."""
    with pytest.raises(ProviderError) as caught:
        read_all(adapter, people(count, pictures=False))
    assert KEY not in repr(caught.value) + caught.value.message
    assert caught.value.__cause__ is None
    return caught.value


def test_a_bad_key_is_400_and_no_use_to_try_again(gemini: GeminiSimulator, threads: Threads) -> None:
    error = refusal(vision(gemini, threads, key="wrong"))
    assert (error.code, error.retryable) == ("provider_key_refused", False)


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "wait"),
    [
        (faults.minute_quota("57s"), "rate_limited", True, 57.0),
        (faults.no_quota(), "quota_none", False, None),
        (faults.forbidden(), "provider_key_refused", False, None),
        (faults.no_region(), "provider_region", False, None),
        (faults.overloaded(), "unavailable", True, None),
        (faults.page_with_200(), "cut_off", True, None),
        (faults.bad_gateway(), "unavailable", True, None),
        (Answer(500, b"\xff\xfe{"), "cut_off", True, None),
        (Answer(429, b'"slow down"', {"Content-Type": "application/json"}), "rate_limited", True, 60.0),
        (CLOSED, "cut_off", True, None),
        (Answer.json({"candidates": []}, cut=True), "cut_off", True, None),
        (Answer.json({}, delay=1.5), "timeout", True, None),
    ],
)
def test_each_refusal_has_its_code(
    gemini: GeminiSimulator, threads: Threads, fault: Answer, code: str, retryable: bool, wait: float | None
) -> None:
    gemini.fault(CALL, fault)
    error = refusal(vision(gemini, threads, timeout=1))
    assert (error.code, error.retryable, error.retry_after) == (code, retryable, wait)
    assert len(gemini.asked(CALL)) == 1


def test_a_used_up_day_waits_for_midnight_in_california(gemini: GeminiSimulator, threads: Threads) -> None:
    gemini.fault(CALL, faults.day_quota())
    error = refusal(vision(gemini, threads))
    assert (error.code, error.retryable) == ("quota_day", True)
    assert error.retry_after == pytest.approx(until_midnight(datetime.now(UTC)), abs=30)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-07-01T06:00:00+00:00", 1),
        ("2026-12-01T06:00:00+00:00", 2),
        ("2026-03-08T08:30:00+00:00", 22.5),
        ("2026-11-01T07:30:00+00:00", 24.5),
    ],
)
def test_midnight_in_california_is_right_over_a_change_of_the_clocks(now: str, hours: float) -> None:
    assert until_midnight(datetime.fromisoformat(now)) == hours * 3600


def test_nothing_is_listening(threads: Threads) -> None:
    adapter = GeminiVision(KEY, VisionSettings("http://127.0.0.1:9", "some-model", timeout=1), CURRENT, threads)
    assert refusal(adapter).code == "unreachable"


def test_without_a_replacement_a_retired_model_is_an_error(gemini: GeminiSimulator, threads: Threads) -> None:
    error = refusal(vision(gemini, threads, model="gemini-gone"))
    assert (error.code, error.retryable) == ("model_retired", False)


def test_errors_of_every_other_kind_are_translated() -> None:
    assert translated(ValueError("x")).code == "cut_off"
    assert translated(httpx2.ReadError("x")).code == "cut_off"
    assert translated(httpx2.ConnectTimeout("x")).code == "unreachable"
