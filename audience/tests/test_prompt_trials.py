"""A8: new words for a model are tried on labelled people before they replace the old ones."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.models import Commenter, PromptTrial, Review
from audience.services import prompts
from audience.tests.labelled import label_people
from aura.providers.errors import ProviderError
from aura.providers.metering import Charge, Usage
from aura.providers.ports import Estimate, ProfileEvidence, ProfileReading, ReadOutcome
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

OTHER = {"woman": "man", "man": "woman"}


class Reader:
    """Says what reviewers said about a share of the people, and the other gender about the rest."""

    name, version, paid = "test:reader", "1", True

    def __init__(self, prompt: str, truth: dict[str, str], right: float) -> None:
        self.prompt_version = prompt
        self.truth, self.right, self.asked = truth, right, 0
        self.people: set[str] = set()

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        self.asked += len(profiles)
        self.people |= {one.id for one in profiles}
        usage = Usage("test", "reader", "read")
        for start in range(0, len(profiles), 10):
            part = profiles[start : start + 10]
            yield ReadOutcome(tuple(self._reading(one) for one in part), charge=Charge(usage, lambda: Decimal("0.01")))

    def _reading(self, one: ProfileEvidence) -> ProfileReading:
        truth = self.truth[one.id]
        said = truth if Random(one.id).random() < self.right else OTHER[truth]
        nothing = Estimate("unknown", 0.0)
        return ProfileReading(one.id, Estimate(said, 0.9), nothing, nothing, nothing)


def readers(team: Team, people: int, **right: float) -> tuple[dict[str, Reader], Callable[[str], Reader]]:
    """Labelled people, and a reader for each prompt version that is right about such a share of them."""
    with workspace_scope(team.workspace.id):
        label_people(people, Random(1), model="test:reader")
        rows = Review.objects.filter(dimension="gender", is_current=True)
        truth = {str(person): value for person, value in rows.values_list("commenter_id", "value")}
    made = {f"v{name[1:]}": Reader(f"v{name[1:]}", truth, share) for name, share in right.items()}
    return made, made.__getitem__


def test_a_prompt_that_is_no_worse_replaces_the_old_one(team: Team) -> None:
    made, vision_of = readers(team, 80, v1=0.8, v2=0.9)
    trial = prompts.trial(vision_of, team.workspace.id, active="v1", candidate="v2")
    assert trial.decision == PromptTrial.Decision.ADOPTED
    assert (made["v1"].asked, made["v2"].asked, trial.people) == (80, 80, 80)
    assert trial.cost == Decimal("0.16")
    assert trial.metrics["dimensions"]["gender"]["labelled"] == 80
    with workspace_scope(team.workspace.id):
        assert prompts.active_version("test:reader", "v1") == "v2"
        assert not prompts.needs_trial("test:reader", "v1", "v2")


def test_a_prompt_that_is_significantly_worse_is_turned_down_and_the_reason_told(team: Team) -> None:
    _, vision_of = readers(team, 80, v1=0.95, v2=0.6)
    trial = prompts.trial(vision_of, team.workspace.id, active="v1", candidate="v2")
    assert trial.decision == PromptTrial.Decision.KEPT
    assert "Significantly worse in gender" in trial.reason
    with workspace_scope(team.workspace.id):
        assert prompts.active_version("test:reader", "v1") == "v1"
        assert not prompts.needs_trial("test:reader", "v1", "v2"), "what was turned down is not paid for again"


def test_with_too_few_labels_nobody_is_read_and_the_trial_says_so(team: Team) -> None:
    made, vision_of = readers(team, 29, v1=0.9, v2=0.1)
    trial = prompts.trial(vision_of, team.workspace.id, active="v1", candidate="v2")
    assert trial.decision == PromptTrial.Decision.UNTESTED
    assert "Only 29 of at least 30" in trial.reason
    assert (made["v1"].asked, made["v2"].asked) == (0, 0)
    assert trial.cost == 0
    with workspace_scope(team.workspace.id):
        assert prompts.active_version("test:reader", "v1") == "v2"


def test_possible_minors_are_not_sent_to_a_model_for_a_trial(team: Team) -> None:
    made, vision_of = readers(team, 40, v1=0.9, v2=0.9)
    with workspace_scope(team.workspace.id):
        young = Commenter.objects.order_by("pk")[0]
        Commenter.objects.filter(pk=young.pk).update(possible_minor=True)
    trial = prompts.trial(vision_of, team.workspace.id, active="v1", candidate="v2")
    assert trial.people == 39
    assert str(young.pk) not in made["v1"].people | made["v2"].people


def test_a_service_that_ends_decides_nothing(team: Team) -> None:
    class Ending(Reader):
        def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
            raise ProviderError("Used up for today.", code="quota", retryable=True)

    _, vision_of = readers(team, 40, v1=0.9)
    with pytest.raises(ProviderError):
        prompts.trial(
            lambda version: Ending(version, {}, 1.0) if version == "v2" else vision_of(version),
            team.workspace.id,
            active="v1",
            candidate="v2",
        )
    with workspace_scope(team.workspace.id):
        assert not PromptTrial.objects.exists()
        assert prompts.active_version("test:reader", "v1") == "v1"


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_test_is_the_mid_p_tail_of_a_fair_coin(lost: int, won: int) -> None:
    changed = lost + won
    if changed:
        heads = [1.0]
        for _ in range(changed):
            heads = [(a + b) / 2 for a, b in zip([0.0, *heads], [*heads, 0.0], strict=True)]
        assert prompts.mcnemar_worse(lost, won) == pytest.approx(sum(heads[lost:]) - heads[lost] / 2, abs=1e-9)
    else:
        assert prompts.mcnemar_worse(lost, won) == 1.0


def test_the_test_keeps_a_published_example() -> None:
    # Fagerland, Lydersen & Laake, BMC Med. Res. Methodol. 13 (2013) 91: 1 and 7 changes, two-sided mid-P 0.0391.
    assert 2 * prompts.mcnemar_worse(7, 1) == pytest.approx(0.0391, abs=5e-5)
