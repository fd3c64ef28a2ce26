"""Asks a model for JSON, and once more where its answer was cut off or of another shape."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aura.providers.errors import ProviderError
from aura.providers.metering import Charge, Usage
from aura.providers.reading import Question, Reply, Stream, Turn
from aura.providers.structured.shapes import WrongShape, checked
from aura.providers.writer_ports import StructuredAnswer, StructuredAsk

MOST_TRIES: Final = 2
MOST_TOKENS: Final = 65_536
REPAIR: Final = "Your last answer could not be used: {trouble} Answer with one whole JSON object of the schema only."
ENDS: Final = {
    "blocked": ("answer_refused", "The model refused to answer."),
    "refused": ("request_refused", "The service refused the request."),
    "cut": ("answer_cut", "The model's answer was cut off."),
    "": ("answer_invalid", "The model's answer is not of the shape that was asked for."),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One call. ``number`` counts from 0; ``trouble`` is what was wrong with the answer before ("" at first)."""

    ask: StructuredAsk
    number: int = 0
    trouble: str = ""


def asked_of(one: Try) -> Question:
    """The words and pictures of a call: the material first, then each picture with its number, then what to do."""
    turns = tuple(Turn(f"Picture {p.number}:", (p.media_type, p.data)) for p in one.ask.pictures)
    closing_words = "Answer with the JSON object of the schema."
    if one.trouble:
        closing_words = REPAIR.format(trouble=one.trouble)
    return Question(one.ask.text, turns, closing_words)


def room_of(one: Try, more: int = 0) -> int:
    """Tokens that the answer may have, ``more`` for thinking; four times as many in the second try."""
    return int(min(MOST_TOKENS, (one.ask.most_tokens + more) * 4**one.number))


def answered(
    ask: StructuredAsk, outlet: Stream, call: Callable[[Try], Reply], expected: Callable[[Try], Usage]
) -> StructuredAnswer:
    """An answer that holds to ``ask.schema``. ``call`` runs in a thread of its own.

    Its charge is left to the caller, to be booked together with what the answer brought; those of tries that brought
    nothing are booked here. Raises ``ProviderError``: ``answer_refused``, ``request_refused``, ``answer_cut``,
    ``answer_invalid``, or what the way out raises.
    """
    earlier = Decimal(0)
    one = Try(ask)
    while True:
        reply, charge = _sent(one, outlet, call, expected)
        problem, trouble = reply.problem, "It was cut off."
        if problem in {"", "cut"}:
            try:
                data = checked(reply.text, ask.schema)
            except WrongShape as wrong:
                trouble = trouble if problem == "cut" else str(wrong)
            else:
                return StructuredAnswer(data, reply.model, _together(charge, earlier))
        earlier += charge.book() if charge else Decimal(0)
        if problem in {"blocked", "refused"} or one.number + 1 >= MOST_TRIES:
            code, words = ENDS[problem]
            raise ProviderError(words, code=code)
        one = Try(ask, one.number + 1, trouble)


def _sent(
    one: Try, outlet: Stream, call: Callable[[Try], Reply], expected: Callable[[Try], Usage]
) -> tuple[Reply, Charge | None]:
    calls = outlet.stream([one], call, expected=expected, used=lambda reply: reply.usage, in_flight=1)
    with closing(calls):
        for _, result, charge in calls:
            if isinstance(result, ProviderError):
                if charge is not None:
                    charge.book()
                raise result
            return result, charge
    raise ProviderError("The call was stopped before it was made.", code="stopped", retryable=True)


def _together(charge: Charge | None, earlier: Decimal) -> Charge | None:
    """The charge; what it books, and what was booked before it, is what the answer cost."""
    return Charge(charge.used, lambda: charge.book() + earlier) if charge is not None else None
