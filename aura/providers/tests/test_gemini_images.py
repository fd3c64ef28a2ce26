"""Google's own client against a strict Gemini that makes pictures."""

from collections.abc import Iterator
from typing import Any

import pytest

from aura.providers.configuration import ImageSettings
from aura.providers.errors import ProviderError
from aura.providers.gemini import GeminiImages
from aura.providers.gemini.client import check_key
from aura.providers.image_ports import ASPECTS, ImageGenerator
from aura.providers.reading import retired
from aura.providers.tests.imaging import order, picture, refusal, size_of
from aura.providers.tests.readers import Threads
from aura.testing.simulators.gemini import KEY, GeminiSimulator, faults
from aura.testing.simulators.gemini.images import IMAGE_MODELS, only_words
from aura.testing.simulators.server import CLOSED, Answer, Fault

CALL = "generateContent"


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retired, "_retired", set())


@pytest.fixture
def service() -> Iterator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


@pytest.fixture
def threads() -> Threads:
    return Threads()


def maker(service: GeminiSimulator, threads: Any, *, key: str = KEY, **more: Any) -> GeminiImages:
    values: dict[str, Any] = {"model": IMAGE_MODELS[0], "timeout": 10} | more
    return GeminiImages(key, ImageSettings(service.url, **values), threads)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_form_is_made(service: GeminiSimulator, threads: Threads, aspect: str) -> None:
    adapter: ImageGenerator = maker(service, threads)
    making = adapter.start(order(aspect=aspect))
    assert (making.state, making.model_version) == ("done", IMAGE_MODELS[0])
    wide, high = size_of(adapter.fetch(making.images[0]))
    left, right = (float(part) for part in aspect.split(":"))
    assert abs(wide / high / (left / right) - 1) < 0.02
    assert making.images[0].media_type == "image/png"
    assert (adapter.look(making), adapter.cancel(making)) == (making, making)


def test_several_pictures_are_several_calls_under_way_at_once(threads: Threads) -> None:
    with GeminiSimulator(latency=0.3) as service:
        making = maker(service, threads).start(order(count=4))
        times = [asked.at for asked in service.asked(CALL)]
    assert len({image.data for image in making.images}) == 4
    assert max(times) - min(times) < 0.3
    assert making.charge is not None
    assert (making.charge.used.images, threads.booked) == (4, [])
    making.charge.book()
    assert [(used.images, used.output_tokens) for used in threads.booked] == [(1, 124)] * 4


def test_the_reference_goes_along_and_what_not_to_show_is_said(service: GeminiSimulator, threads: Threads) -> None:
    maker(service, threads).start(order(reference=picture(), negative_prompt="people"))
    parts = service.asked(CALL)[0].json()["contents"][0]["parts"]
    assert "inlineData" in parts[0]
    assert parts[1]["text"] == "A red mug on linen\nDo not show: people"


def test_a_draft_among_the_thoughts_is_no_picture(service: GeminiSimulator, threads: Threads) -> None:
    assert len(maker(service, threads, model="gemini-3-pro-image").start(order()).images) == 1


def test_what_some_calls_bring_is_kept(service: GeminiSimulator, threads: Threads) -> None:
    service.fault(CALL, faults.overloaded(), faults.stopped("IMAGE_SAFETY"))
    making = maker(service, threads).start(order(count=4))
    assert (making.state, len(making.images)) == ("done", 2)
    assert making.charge is not None
    assert making.charge.used.images == 2


BLOCKS = [
    *[(faults.stopped(reason), "nsfw") for reason in ("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "SAFETY", "SPII")],
    *[(faults.blocked(reason), "nsfw") for reason in ("PROHIBITED_CONTENT", "BLOCKLIST", "JAILBREAK", "SOMETHING_NEW")],
    *[(faults.stopped(reason), "copyright") for reason in ("IMAGE_RECITATION", "RECITATION")],
]


@pytest.mark.filterwarnings("ignore:.* is not a valid")
@pytest.mark.parametrize(("fault", "code"), BLOCKS, ids=range(len(BLOCKS)))
def test_a_refusal_is_final_and_not_asked_again(
    service: GeminiSimulator, threads: Threads, fault: Fault, code: str
) -> None:
    service.fault(CALL, fault)
    making = maker(service, threads).start(order())
    assert (making.state, making.code, making.retryable) == ("failed", code, False)
    assert (len(service.asked(CALL)), making.images) == (1, ())
    assert making.charge is not None
    assert (making.charge.used.images, making.charge.used.input_tokens) == (0, 900)


EMPTY: list[Fault] = [
    faults.stopped("NO_IMAGE"),
    faults.stopped("IMAGE_OTHER"),
    faults.nothing(),
    faults.only_thoughts(),
    only_words(),
]


@pytest.mark.parametrize("fault", EMPTY, ids=range(len(EMPTY)))
def test_an_answer_without_a_picture_is_asked_for_once_more(
    service: GeminiSimulator, threads: Threads, fault: Fault
) -> None:
    service.fault(CALL, fault)
    adapter = maker(service, threads)
    assert adapter.start(order()).state == "done"
    service.fault(CALL, fault, fault)
    making = adapter.start(order())
    assert (making.state, making.code, making.retryable) == ("failed", "made_nothing", False)
    assert len(service.asked(CALL)) == 4


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (faults.bad_key(), "provider_key_refused", False),
        (faults.minute_quota("7s"), "rate_limited", True),
        (faults.day_quota(), "quota_day", True),
        (faults.no_quota(), "quota_none", False),
        (faults.overloaded(), "unavailable", True),
        (faults.bad_request(), "request_refused", False),
        (faults.page_with_200(), "cut_off", True),
        (Answer(200, b"{}", delay=1.5), "timeout", True),
        (CLOSED, "cut_off", True),
    ],
)
def test_errors_are_told_apart(
    service: GeminiSimulator, threads: Threads, fault: Fault, code: str, retryable: bool
) -> None:
    service.fault(CALL, fault)
    error = refusal(maker(service, threads, timeout=1), order(), KEY)
    assert (error.code, error.retryable) == (code, retryable)


def test_the_replacement_is_asked_where_a_model_is_gone(service: GeminiSimulator, threads: Threads) -> None:
    adapter = maker(service, threads, model="gemini-2.5-flash-image", replacement=IMAGE_MODELS[1])
    assert adapter.start(order()).model_version == IMAGE_MODELS[1]
    assert adapter.name == "gemini:gemini-2.5-flash-image"
    assert refusal(adapter, order(model="gemini-1")).code == "model_retired"


def test_what_it_cannot_do_is_said_before_anything_is_paid(service: GeminiSimulator, threads: Threads) -> None:
    for wanted in (order(aspect="7:3"), order(extra={"a": 1})):
        assert refusal(maker(service, threads), wanted).code == "unsupported_input"
    assert service.asked() == []
    with pytest.raises(ProviderError) as caught:
        maker(service, threads).find(order(), 0)
    assert caught.value.code == "find_unsupported"


def test_a_key_can_be_checked_for_nothing(service: GeminiSimulator) -> None:
    placed = ImageSettings(service.url, IMAGE_MODELS[0])
    check_key(KEY, placed)
    with pytest.raises(ProviderError) as caught:
        check_key("another key", placed)
    assert (caught.value.code, service.drawn) == ("provider_key_refused", 0)
