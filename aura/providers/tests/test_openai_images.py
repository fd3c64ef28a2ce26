"""OpenAI's own client against servers that make pictures, as strict as OpenAI or as odd as the others."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from aura.providers.configuration import ImageSettings
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ASPECTS, ImageGenerator, MadeImage
from aura.providers.openai_compatible import OpenAIImages
from aura.providers.openai_compatible import images as adapters
from aura.providers.openai_compatible.client import check_key
from aura.providers.reading import retired
from aura.providers.tests.imaging import order, picture, refusal, size_of
from aura.providers.tests.readers import Threads
from aura.testing.simulators.openai import KEY, OpenAISimulator
from aura.testing.simulators.openai.images import IMAGE_MODELS
from aura.testing.simulators.openai.service import bare, refused
from aura.testing.simulators.server import CLOSED, Answer, Fault

CALL = "POST /v1/images/"


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "_ways", {})
    monkeypatch.setattr(retired, "_retired", set())


@pytest.fixture
def service() -> Iterator[OpenAISimulator]:
    with OpenAISimulator() as running:
        yield running


@pytest.fixture
def threads() -> Threads:
    return Threads()


def maker(service: OpenAISimulator, threads: Any, *, key: str = KEY, **more: Any) -> OpenAIImages:
    values: dict[str, Any] = {"model": IMAGE_MODELS[0], "timeout": 10} | more
    return OpenAIImages(key, ImageSettings(service.base, **values), threads)


@pytest.mark.parametrize("sizes", [None, ("1024x1024", "1024x1536", "1536x1024"), ("1024x1024",)])
def test_every_form_is_made_whatever_sizes_the_server_knows(threads: Threads, sizes: tuple[str, ...] | None) -> None:
    with OpenAISimulator(sizes=sizes) as service:
        adapter: ImageGenerator = maker(service, threads)
        for aspect in ASPECTS:
            making = adapter.start(order(aspect=aspect))
            wide, high = size_of(adapter.fetch(making.images[0]))
            left, right = (float(part) for part in aspect.split(":"))
            assert abs(wide / high / (left / right) - 1) < 0.04
        calls = len(service.asked(CALL))
    assert calls <= len(ASPECTS) + 2
    assert making.images[0].media_type == "image/png"


def test_the_form_of_a_size_is_asked_for_as_openai_knows_it() -> None:
    assert [adapters.size_of(aspect, "three") for aspect in ("1:1", "4:5", "16:9")] == [
        "1024x1024",
        "1024x1536",
        "1536x1024",
    ]


def test_several_pictures_are_several_calls_and_each_is_booked(service: OpenAISimulator, threads: Threads) -> None:
    making = maker(service, threads).start(order(count=3))
    assert len({image.data for image in making.images}) == 3
    assert making.charge is not None
    making.charge.book()
    assert [(used.input_tokens, used.output_tokens, used.images) for used in threads.booked] == [(30, 1056, 1)] * 3
    sent = service.asked(CALL)[-1].json()
    assert sent == {"model": IMAGE_MODELS[0], "prompt": "A red mug on linen", "size": "1024x1024", "n": 1}


def test_a_reference_is_edited(service: OpenAISimulator, threads: Threads) -> None:
    making = maker(service, threads).start(order(reference=picture(), negative_prompt="people"))
    assert making.state == "done"
    (asked,) = service.asked("POST /v1/images/edits")
    assert b"Do not show: people" in asked.body


def test_an_address_is_fetched_at_once(threads: Threads) -> None:
    with OpenAISimulator(key="", links=True) as service:
        adapter = maker(service, threads, key="")
        making = adapter.start(order())
        assert (making.images[0].url, size_of(making.images[0].data)) == ("", (256, 256))
        service.fault("GET /files/", Answer(503))
        (later,) = adapter.start(order()).images
        assert (later.data, later.url[:7]) == (b"", "http://")
        assert size_of(adapter.fetch(later)) == (256, 256)
        service.fault("GET /files/", Answer(410))
        with pytest.raises(ProviderError) as caught:
            adapter.fetch(later)
    assert caught.value.code == "expired"


def test_an_address_on_this_machine_is_not_fetched_for_a_server_elsewhere(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = OpenAIImages("", ImageSettings("http://10.9.8.7/v1", "m"), threads)
    with pytest.raises(ProviderError) as caught:
        adapter.fetch(MadeImage(b"", "http://127.0.0.1:1/x.png"))
    assert caught.value.code == "url_refused"


@pytest.mark.parametrize(
    "fault",
    [
        refused(400, "Your request was rejected by the safety system.", code="moderation_blocked"),
        refused(400, "Your request was rejected", code="content_policy_violation"),
    ],
)
def test_a_refusal_is_nsfw_and_costs_nothing(service: OpenAISimulator, threads: Threads, fault: Fault) -> None:
    service.fault(CALL, fault)
    making = maker(service, threads).start(order())
    assert (making.state, making.code, making.retryable) == ("failed", "nsfw", False)
    assert making.charge is not None
    assert (making.charge.used.images, making.charge.used.output_tokens) == (0, 0)


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": [{"b64_json": "%%"}]}, {"data": [{"url": "file:///x"}]}])
def test_an_answer_without_a_picture_is_asked_for_once_more(
    service: OpenAISimulator, threads: Threads, body: dict[str, Any]
) -> None:
    service.fault(CALL, Answer.json({"created": 1, **body}))
    assert maker(service, threads).start(order()).state == "done"
    service.fault(CALL, *[Answer.json({"created": 1, **body})] * 2)
    making = maker(service, threads).start(order())
    assert (making.code, making.retryable) == ("made_nothing", False)


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (refused(401, "Incorrect API key"), "provider_key_refused", False),
        (refused(429, "Too many", code="rate_limit_exceeded"), "rate_limited", True),
        (refused(429, "You exceeded your quota", code="insufficient_quota"), "credits_exhausted", False),
        (refused(400, "something else"), "request_refused", False),
        (bare(500, "boom"), "unavailable", True),
        (Answer(200, json.dumps({"data": []}).encode(), delay=1.5), "timeout", True),
        (CLOSED, "cut_off", True),
    ],
)
def test_errors_are_told_apart(
    service: OpenAISimulator, threads: Threads, fault: Fault, code: str, retryable: bool
) -> None:
    service.fault(CALL, fault)
    error = refusal(maker(service, threads, timeout=1), order(), KEY)
    assert (error.code, error.retryable, len(service.asked(CALL))) == (code, retryable, 1)


def test_what_some_calls_bring_is_kept(service: OpenAISimulator, threads: Threads) -> None:
    service.fault(CALL, bare(500, "boom"))
    making = maker(service, threads).start(order(count=3))
    assert (making.state, len(making.images)) == ("done", 2)


def test_the_replacement_is_asked_where_a_model_is_gone(service: OpenAISimulator, threads: Threads) -> None:
    adapter = maker(service, threads, model="gone", replacement=IMAGE_MODELS[1])
    assert adapter.start(order()).state == "done"
    assert refusal(adapter, order(model="unknown")).code == "model_retired"


def test_without_a_model_there_is_no_maker(threads: Threads) -> None:
    with pytest.raises(ProviderError) as caught:
        OpenAIImages("", ImageSettings("http://127.0.0.1:1/v1", ""), threads)
    assert caught.value.code == "model_missing"


def test_a_key_can_be_checked_for_nothing(service: OpenAISimulator) -> None:
    placed = ImageSettings(service.base, IMAGE_MODELS[0])
    check_key(KEY, placed)
    with pytest.raises(ProviderError) as caught:
        check_key("another key", placed)
    assert (caught.value.code, service.drawings) == ("provider_key_refused", [])
