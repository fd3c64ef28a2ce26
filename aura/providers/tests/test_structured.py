"""Gemini and OpenAI-compatible servers as models that answer in JSON: one contract, each fault, what is booked."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gemini import GeminiStructured
from aura.providers.openai_compatible import OpenAIStructured
from aura.providers.structured import WrongShape, checked
from aura.providers.tests.readers import Threads, fresh_model
from aura.providers.writer_ports import Brief, Picture, StructuredAsk, StructuredModel
from aura.providers.writing import ask_of
from aura.testing.drawings import drawn
from aura.testing.simulators.gemini import KEY, GeminiSimulator, faults
from aura.testing.simulators.openai import OpenAISimulator
from aura.testing.simulators.openai import service as openai
from compliments.prompts import PROMPT

Simulated = GeminiSimulator | OpenAISimulator
Both = tuple[Simulated, StructuredModel, Threads]
CALLS = {"gemini": ":generateContent", "openai": "/chat/completions"}


@pytest.fixture(params=["gemini", "openai"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    threads, model = Threads(), fresh_model()
    if request.param == "gemini":
        with GeminiSimulator(models=(model, f"{model}-next")) as gemini:
            yield gemini, GeminiStructured(KEY, settings_of(gemini.url, model), threads), threads
        return
    monkeypatch.setattr(openai, "MODELS", (model, f"{model}-next"))
    with OpenAISimulator() as service:
        yield service, OpenAIStructured(openai.KEY, settings_of(service.base, model), threads), threads


def settings_of(url: str, model: str, **more: Any) -> VisionSettings:
    values: dict[str, Any] = {"replacement": f"{model}-next", "timeout": 5, "resolution": "medium"} | more
    return VisionSettings(url, model, **values)


def ask(pictures: int = 2, **more: Any) -> StructuredAsk:
    shown = tuple(Picture(n, drawn(n), alt=f"picture {n}") for n in range(1, pictures + 1))
    return ask_of(Brief(shown, "witty", **more), PROMPT)


def call_of(service: Simulated) -> str:
    return CALLS["gemini" if isinstance(service, GeminiSimulator) else "openai"]


def test_an_answer_holds_to_the_schema_and_brings_its_charge(both: Both) -> None:
    service, model, threads = both
    answer = model.answer(ask())
    assert len(answer.data["compliments"]) == 4
    assert service.scribe.seen == [2]
    assert threads.booked == []
    assert answer.charge is not None
    answer.charge.book()
    (used,) = threads.booked
    assert (used.operation, used.images) == ("compliment", 2)
    assert 0 < used.input_tokens <= threads.expected[0].input_tokens
    assert used.output_tokens <= threads.expected[0].output_tokens
    assert answer.model_version


@pytest.mark.parametrize("twist", [
    lambda text: f"```json\n{text}\n```",
    lambda text: f"<think>{{\"compliments\": 1}}</think>Here you are: {text} Enjoy!",
    lambda text: f"{{}} {text}",
    lambda text: f"[{text}]",
])  # fmt: skip
def test_fences_thoughts_and_words_around_it_need_no_second_question(both: Both, twist: Any) -> None:
    service, model, _ = both
    service.fault(call_of(service), service.twisting(twist))
    assert model.answer(ask()).data["compliments"]
    assert len(service.asked(call_of(service))) == 1


@pytest.mark.parametrize("twist", [
    lambda text: text[: len(text) // 2],
    lambda text: "I would rather write a poem.",
    lambda text: "",
    lambda text: text.replace('"text"', '"words"'),
    lambda text: text.replace('"warm"', '"furious"'),
    lambda text: json.dumps(json.loads(text) | {"more": 1}),
    lambda text: json.dumps(json.loads(text) | {"possible_minor": "no"}),
])  # fmt: skip
def test_a_cut_or_wrong_answer_is_asked_for_once_more_and_both_are_booked(both: Both, twist: Any) -> None:
    service, model, threads = both
    service.fault(call_of(service), service.twisting(twist))
    answer = model.answer(ask())
    assert answer.data["compliments"]
    first, second = (json.loads(one.body) for one in service.asked(call_of(service)))
    assert len(threads.booked) == 1
    assert answer.charge is not None
    answer.charge.book()
    assert len(threads.booked) == 2
    assert room(second) > 2 * room(first)
    assert "could not be used" in json.dumps(second)
    assert "could not be used" not in json.dumps(first)


def room(request: dict[str, Any]) -> int:
    found = request.get("generationConfig", {}).get("maxOutputTokens") or request.get("max_tokens")
    return int(found or request["max_completion_tokens"])


def test_a_second_bad_answer_is_the_end_and_everything_is_booked(both: Both) -> None:
    service, model, threads = both
    service.fault(call_of(service), *[service.twisting(lambda text: "no")] * 2)
    with pytest.raises(ProviderError) as caught:
        model.answer(ask())
    assert (caught.value.code, caught.value.retryable) == ("answer_invalid", False)
    assert len(threads.booked) == len(service.asked(call_of(service))) == 2


def test_an_answer_that_stays_cut_says_so(both: Both) -> None:
    service, model, _ = both
    cut = {"finishReason": "MAX_TOKENS"} if isinstance(service, GeminiSimulator) else {"finish_reason": "length"}
    service.fault(call_of(service), *[service.twisting(lambda text: text[:90], **cut)] * 2)
    with pytest.raises(ProviderError) as caught:
        model.answer(ask())
    assert caught.value.code == "answer_cut"


def test_a_blocked_answer_is_not_asked_for_again(both: Both) -> None:
    service, model, threads = both
    if isinstance(service, GeminiSimulator):
        service.fault(call_of(service), faults.stopped("SAFETY"))
    else:
        service.fault(call_of(service), service.twisting(str, finish_reason="content_filter"))
    with pytest.raises(ProviderError) as caught:
        model.answer(ask())
    assert caught.value.code == "answer_refused"
    assert len(threads.booked) == len(service.asked(call_of(service))) == 1


def test_a_retired_model_is_replaced_and_the_name_stays(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    service, model, _ = both
    chosen = model.name.partition(":")[2]
    if isinstance(service, GeminiSimulator):
        service.models = (f"{chosen}-next",)
    else:
        monkeypatch.setattr(openai, "MODELS", (f"{chosen}-next",))
    assert model.answer(ask()).data["compliments"]
    assert model.name.endswith(chosen)
    assert model.answer(ask()).model_version.startswith(f"{chosen}-next")
    assert len(service.asked(call_of(service))) == 3


def test_the_key_is_in_no_error(both: Both) -> None:
    service, model, _ = both
    service.key = "another"
    with pytest.raises(ProviderError) as caught:
        model.answer(ask())
    assert caught.value.code == "provider_key_refused"
    assert KEY not in repr(caught.value) + caught.value.message
    assert openai.KEY not in repr(caught.value) + caught.value.message


def test_a_server_without_schemas_is_told_the_schema_in_words() -> None:
    with OpenAISimulator(forms=()) as service:
        model = OpenAIStructured(openai.KEY, settings_of(service.base, openai.MODELS[0]), Threads())
        assert model.answer(ask()).data["compliments"]
        assert "possible_minor" in json.loads(service.asked()[-1].body)["messages"][0]["content"]


def test_a_server_that_takes_few_pictures_gets_the_first_ones() -> None:
    with OpenAISimulator(pictures=2) as service:
        model = OpenAIStructured(openai.KEY, settings_of(service.base, openai.MODELS[0]), Threads())
        assert model.answer(ask(5)).data["compliments"]
        assert service.scribe.seen == [2]
    with pytest.raises(ProviderError, match="No model is chosen"):
        OpenAIStructured("", VisionSettings("http://127.0.0.1", ""), Threads())


def test_pictures_that_are_too_large_together_are_refused_before_the_call() -> None:
    threads = Threads()
    model = GeminiStructured(KEY, settings_of("http://127.0.0.1:1", fresh_model()), threads)
    large = Picture(1, bytes(14_000_000))
    with pytest.raises(ProviderError) as caught:
        model.answer(StructuredAsk("compliment", "", "", {"type": "object"}, (large,)))
    assert (caught.value.code, threads.expected) == ("request_too_large", [])


@given(st.text())
def test_whatever_a_model_writes_nothing_but_the_schema_comes_out(text: str) -> None:
    with pytest.raises(WrongShape):
        checked(text, PROMPT.schema)
    with pytest.raises(WrongShape):
        checked("{" * 5000 + text, PROMPT.schema)
