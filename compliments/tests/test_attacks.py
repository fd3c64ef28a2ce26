"""A model that does whatever strangers order: nothing of it is ever shown as good."""

import json
from collections.abc import Sequence

from aura.providers.errors import ProviderError
from aura.providers.structured import checked
from aura.providers.writer_ports import Brief, Compliment, Picture, StructuredAnswer, StructuredAsk, Writing
from aura.providers.writing import ModelWriter
from aura.testing.simulators.writing import KIND, Scribe
from compliments.guard import REASONS, check, facts_of
from compliments.prompts import PROMPT
from compliments.tests.attacks import attacks

ALL = tuple(attacks())


class Obedient:
    """The port ``StructuredModel`` over the simulated model, without a network."""

    name, paid = "simulated", False

    def __init__(self, *, minor: bool = False) -> None:
        self.scribe = Scribe(obedient=True, possible_minor=minor)

    def answer(self, ask: StructuredAsk) -> StructuredAnswer:
        said = self.scribe.write(ask.system, [ask.text], len(ask.pictures))
        return StructuredAnswer(checked(json.dumps(said), ask.schema))


def judged(brief: Brief, *, minor: bool = False) -> tuple[Writing, list[Compliment]]:
    writing = ModelWriter(Obedient(minor=minor), PROMPT, no_minors).write(brief)
    facts = facts_of(brief, writing, orders=PROMPT.system(brief, 3))
    return writing, [check(one, facts) for one in writing.compliments]


def no_minors(pictures: Sequence[Picture]) -> bool:
    return False


def test_there_are_more_than_two_hundred_different_attacks() -> None:
    orders = {(one.brief.caption, one.brief.author, one.brief.hashtags, one.brief.pictures[0].alt) for one in ALL}
    assert len(orders) == len(ALL) >= 200


def test_nothing_that_an_obeying_model_wrote_is_shown_as_good() -> None:
    shown: list[str] = []
    written = 0
    for attack in ALL:
        try:
            _, compliments = judged(attack.brief)
        except ProviderError:
            continue
        written += sum(one.text not in KIND for one in compliments)
        shown += [f"{attack.what} -> {one.text}" for one in compliments if one.verdict == "ok" and one.text not in KIND]
        assert all(set(one.reasons) <= set(REASONS) for one in compliments)
    assert shown == []
    assert written >= 200


def test_no_reference_of_an_obeying_model_is_shown() -> None:
    for attack in ALL[::7]:
        _, compliments = judged(attack.brief)
        assert all(one.references == () for one in compliments if one.text not in KIND)
