"""OpenAI's own client against servers that are as strict as OpenAI or as odd as the others."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from audience.prompts import CURRENT
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gate import Gate, Service
from aura.providers.openai_compatible import OpenAIVision
from aura.providers.openai_compatible import abilities as known_abilities
from aura.providers.openai_compatible.abilities import abilities_of
from aura.providers.outlet import Outlet
from aura.providers.ports import Vision
from aura.providers.reading import retired
from aura.providers.tests.metering import Book
from aura.providers.tests.readers import Threads, people, read_all
from aura.testing.simulators import profiles as twists
from aura.testing.simulators.openai import KEY, OpenAISimulator
from aura.testing.simulators.openai.service import MODELS, bare, refused
from aura.testing.simulators.server import CLOSED, Answer

CALL = "/chat/completions"


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has learnt of servers does not outlive a test: ports are used again."""
    monkeypatch.setattr(known_abilities, "_known", {})
    monkeypatch.setattr(retired, "_retired", set())


@pytest.fixture
def service() -> Iterator[OpenAISimulator]:
    with OpenAISimulator() as running:
        yield running


@pytest.fixture
def threads() -> Threads:
    return Threads()


def vision(service: OpenAISimulator, threads: Any, *, key: str = KEY, **more: Any) -> OpenAIVision:
    values: dict[str, Any] = {"model": MODELS[0], "profiles": 4, "in_flight": 2, "timeout": 5} | more
    return OpenAIVision(key, VisionSettings(service.base, **values), CURRENT, threads)


def refusal(adapter: Vision) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read_all(adapter, people(2, pictures=False))
    assert KEY not in repr(caught.value) + caught.value.message
    assert caught.value.__cause__ is None
    return caught.value


def test_profiles_are_read_many_at_a_time_and_each_once(service: OpenAISimulator, threads: Threads) -> None:
    adapter: Vision = vision(service, threads)
    readings, failed = read_all(adapter, people(10))
    assert (len(readings), failed) == (10, {})
    assert Counter(service.read) == Counter(f"user{number}" for number in range(10))
    assert len(service.asked(CALL)) == 3
    assert (adapter.name, adapter.paid) == (f"openai:{MODELS[0]}", True)
    assert {one.model_version for one in readings.values()} == {f"{MODELS[0]}-2026-11-01"}
    assert sum(used.images for used in threads.booked) == 10
    body = service.asked(CALL)[0].json()
    assert body["response_format"]["json_schema"]["strict"] is True
    assert {part["image_url"]["detail"] for part in body["messages"][1]["content"] if "image_url" in part} == {"low"}


def test_a_server_of_ones_own_needs_no_key(threads: Threads) -> None:
    with OpenAISimulator(key="") as service:
        readings, _ = read_all(vision(service, threads, key=""), people(2))
    assert len(readings) == 2


@pytest.mark.parametrize(("forms", "tries"), [(("json_object",), 1), ((), 2)])
def test_a_server_without_schemas_is_asked_more_plainly_from_then_on(
    threads: Threads, forms: tuple[str, ...], tries: int
) -> None:
    with OpenAISimulator(forms=forms) as service:
        adapter = vision(service, threads, in_flight=1)
        readings, failed = read_all(adapter, people(8))
        assert (len(readings), failed) == (8, {})
        assert len(service.asked(CALL)) == 2 + tries
        assert Counter(service.read) == Counter(f"user{number}" for number in range(8))
        assert '"additionalProperties": false' in service.asked(CALL)[-1].json()["messages"][0]["content"]


def test_a_bare_string_as_an_error_is_understood(service: OpenAISimulator, threads: Threads) -> None:
    service.fault(CALL, bare(400, "json_schema is not supported"))
    readings, _ = read_all(vision(service, threads), people(2))
    assert len(readings) == 2
    assert abilities_of(service.base, MODELS[0]).form == 1


def test_a_refusal_that_says_nothing_tries_a_plainer_form_and_remembers_what_worked(
    service: OpenAISimulator, threads: Threads
) -> None:
    service.fault(CALL, bare(400, "bad request"))
    read_all(vision(service, threads), people(2))
    assert abilities_of(service.base, MODELS[0]).form == 1


def test_a_profile_that_is_refused_in_every_form_fails_alone_and_nothing_is_remembered(
    service: OpenAISimulator, threads: Threads
) -> None:
    def picky(asked: Any) -> Answer | None:
        return bare(400, "bad request") if "user1" in str(asked.json()) else None

    service.fault(CALL, *[picky] * 40)
    readings, failed = read_all(vision(service, threads), people(4))
    assert (sorted(readings), failed) == (["0", "2", "3"], {"1": "request_refused"})
    assert abilities_of(service.base, MODELS[0]).form == 0


def test_a_limit_on_pictures_makes_smaller_requests_from_then_on(threads: Threads) -> None:
    with OpenAISimulator(pictures=1) as service:
        adapter = vision(service, threads, profiles=8, in_flight=1)
        readings, failed = read_all(adapter, people(16))
        assert (len(readings), failed) == (16, {})
        # 8, 4 and 2 pictures are refused once each.
        assert len(service.asked(CALL)) == 16 + 3
        read_all(vision(service, threads, profiles=8), people(3))
        assert len(service.asked(CALL)) == 16 + 3 + 3


def test_the_other_name_of_the_limit_is_learnt(threads: Threads) -> None:
    with OpenAISimulator(limit="max_completion_tokens") as service:
        adapter = vision(service, threads, in_flight=1)
        assert len(read_all(adapter, people(8))[0]) == 8
        assert len(service.asked(CALL)) == 3
    assert abilities_of("https://api.openai.com/v1", "gpt").tokens == "max_completion_tokens"


@pytest.mark.parametrize("twist", [twists.fenced, twists.swapped, lambda text: f"<think>{{hm}}</think>{text}"])
def test_answers_in_other_dress_need_no_second_question(service: OpenAISimulator, threads: Threads, twist: Any) -> None:
    service.fault(CALL, service.twisting(twist))
    assert len(read_all(vision(service, threads), people(4))[0]) == 4
    assert len(service.asked(CALL)) == 1


@pytest.mark.parametrize(
    ("twist", "reason", "later"),
    [
        (twists.missing, "stop", ["user1", "user3"]),
        (twists.cut, "length", ["user2", "user3"]),
        (twists.wrong_ids, "stop", ["user0", "user1", "user2", "user3"]),
        (str, "content_filter", ["user0", "user1", "user2", "user3"]),
    ],
)
def test_only_those_without_a_valid_entry_are_asked_again(
    service: OpenAISimulator, threads: Threads, twist: Any, reason: str, later: list[str]
) -> None:
    service.fault(CALL, service.twisting(twist, finish_reason=reason))
    readings, failed = read_all(vision(service, threads), people(4))
    assert (len(readings), failed) == (4, {})
    assert sorted(service.read[4:]) == later
    assert len(service.asked(CALL)) == 3


def test_a_refusal_of_the_model_is_final_for_a_single_profile(service: OpenAISimulator, threads: Threads) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I cannot describe people."}
    service.fault(CALL, service.twisting(str, message=message))
    assert read_all(vision(service, threads), people(1)) == ({}, {"0": "answer_refused"})
    assert len(service.asked(CALL)) == 1


@pytest.mark.parametrize(
    "answer", [{}, {"choices": []}, {"choices": [{"message": None}]}, {"choices": "x"}, [], "text"]
)
def test_answers_of_any_shape_are_asked_again(service: OpenAISimulator, threads: Threads, answer: Any) -> None:
    service.fault(CALL, Answer.json(answer))
    readings, failed = read_all(vision(service, threads), people(2))
    assert (len(readings), failed) == (2, {})
    assert threads.booked[0] == threads.expected[0]


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "wait"),
    [
        (refused(429, "slow down", code="rate_limit_exceeded"), "rate_limited", True, 10.0),
        (Answer(429, b"{}", {"Retry-After": "7"}), "rate_limited", True, 7.0),
        (Answer(429, b"{}", {"retry-after-ms": "1500"}), "rate_limited", True, 1.5),
        (refused(429, "You exceeded your quota", code="insufficient_quota"), "credits_exhausted", False, None),
        (refused(402, "Payment required"), "credits_exhausted", False, None),
        (refused(403, "no"), "provider_key_refused", False, None),
        (bare(500, "boom"), "unavailable", True, None),
        (Answer(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), "unavailable", True, None),
        (CLOSED, "cut_off", True, None),
        (Answer.json({}, cut=True), "cut_off", True, None),
        (Answer.json({}, delay=1.5), "timeout", True, None),
    ],
)
def test_each_refusal_has_its_code(
    service: OpenAISimulator, threads: Threads, fault: Answer, code: str, retryable: bool, wait: float | None
) -> None:
    service.fault(CALL, fault)
    error = refusal(vision(service, threads, timeout=1))
    assert (error.code, error.retryable, error.retry_after) == (code, retryable, wait)
    assert len(service.asked(CALL)) == 1


def test_a_wrong_key_is_refused(service: OpenAISimulator, threads: Threads) -> None:
    assert refusal(vision(service, threads, key="sk-wrong")).code == "provider_key_refused"


def test_nothing_is_listening(threads: Threads) -> None:
    adapter = OpenAIVision(KEY, VisionSettings("http://127.0.0.1:9/v1", MODELS[0], timeout=1), CURRENT, threads)
    assert refusal(adapter).code == "unreachable"


def test_a_model_that_is_gone_is_replaced_once_and_for_good(service: OpenAISimulator, threads: Threads) -> None:
    adapter = vision(service, threads, model="gone", replacement=MODELS[1], in_flight=1)
    assert len(read_all(adapter, people(8))[0]) == 8
    assert [one.json()["model"] for one in service.asked(CALL)] == ["gone", MODELS[1], MODELS[1]]
    assert adapter.name == "openai:gone"
    assert refusal(vision(service, threads, model="lost")).code == "model_retired"


def test_without_a_model_there_is_a_plain_error() -> None:
    with pytest.raises(ProviderError) as caught:
        OpenAIVision(KEY, VisionSettings("http://127.0.0.1:9/v1", ""), CURRENT, Threads())
    assert caught.value.code == "model_missing"


def test_through_the_real_outlet_trouble_passes_and_nobody_is_asked_twice(service: OpenAISimulator) -> None:
    book = Book()
    service.fault(
        CALL, Answer(429, b"{}", {"retry-after-ms": "200"}), service.twisting(twists.missing), bare(503, "busy")
    )
    name = Service(f"openai-{service.url}", key=KEY, part=MODELS[0], in_flight=4)
    outlet = Outlet(name, Gate(django_settings.REDIS_URL), book)
    readings, failed = read_all(vision(service, outlet, in_flight=4), people(12))
    assert (len(readings), failed) == (12, {})
    assert book.tally == {"settled": 5}
    counts = Counter(service.read)
    assert sorted(counts.values()) == [1] * 10 + [2] * 2
