"""Paid readings of comments when keys, quotas, money or workers fail: nothing is paid twice, why is kept (A5, A9)."""

from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import Membership
from accounts.services.ledger import set_budget
from audience.models import AccountWords, Comment, CommentClaim, CommentReading, TrackedAccount
from audience.services import rollups
from audience.services.words import paying
from audience.tests import factories
from audience.tests.comment_readers import CALL, GEMINI, PAID, asking, job_of, read, readers, start, work
from audience.tests.comment_readers import account as account
from audience.tests.comment_readers import gemini as gemini
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import GeminiSimulator, faults
from aura.testing.simulators.openai import OpenAISimulator
from aura.testing.simulators.openai.service import MODELS

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


def test_a_key_that_is_refused_leaves_comments_to_this_machine_and_a_good_one_gets_them(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator
) -> None:
    with GeminiSimulator(key="another") as other, asking(other):
        read(team, account)
    assert readers(team) == {f"local 1 {GEMINI}: provider_key_refused": 25, "local 1 no_words": 15}
    with workspace_scope(team.workspace.id):
        assert not CommentClaim.objects.exists()
    with asking(gemini):
        read(team, account)
    assert readers(team) == {PAID: 25, "local 1 no_words": 15}


def test_without_a_key_this_machine_reads_and_says_so(team: Team, account: TrackedAccount) -> None:
    with asking():
        read(team, account)
    assert readers(team) == {"local 1 gemini: provider_key_missing": 40}


def test_the_next_model_reads_what_the_first_one_cannot(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator
) -> None:
    with workspace_scope(team.workspace.id):
        TrackedAccount.objects.filter(pk=account.pk).update(comments_by="auto")
    gemini.fault(CALL, lambda asked: None, faults.forbidden())
    with OpenAISimulator() as openai, asking(gemini, openai, in_flight=1):
        read(team, account)
    found = readers(team)
    assert found[PAID] >= 4
    assert found[f"openai:{MODELS[0]} 1 1"] == 25 - found[PAID] > 0
    assert set(Counter(gemini.texts + openai.texts).values()) == {1}


def test_who_is_blocked_is_read_here_and_not_sent_again(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator
) -> None:
    bad = "This cup number 3 is what I think of"
    harmless = gemini.unless(lambda shown: all(one.text != bad for one in shown), faults.blocked())
    gemini.fault(CALL, *[harmless] * 100)
    with asking(gemini):
        read(team, account)
        asked = len(gemini.asked(CALL))
        with workspace_scope(team.workspace.id):
            factories.comment(factories.post(account), text="🔥")
            rollups.rebuild(account)
        read(team, account)
    assert readers(team)[f"local 1 {GEMINI}: answer_refused"] == 1
    assert len(gemini.asked(CALL)) == asked
    assert bad not in gemini.texts


def test_a_budget_parks_the_reading_and_says_so_and_more_money_lets_it_go_on(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator
) -> None:
    with workspace_scope(team.workspace.id):
        alice = Membership.objects.get(user=team.alice)
        set_budget(alice, Decimal("0.00"))
    with asking(gemini):
        run = start(team, account)
        work(rounds=2)
        found = job_of(team, run)
        assert (found.state, found.error_code) == ("pending", "budget_reached")
        with workspace_scope(team.workspace.id):
            state = AccountWords.objects.get()
            assert (state.waits_for, state.waits_until is not None) == ("budget_reached", True)
            assert not CommentClaim.objects.exists()
            assert not CommentReading.objects.exists()
            set_budget(alice, Decimal("50.00"))
        assert gemini.texts == []
        work()
    assert readers(team)[PAID] == 25
    with workspace_scope(team.workspace.id):
        assert AccountWords.objects.get().waits_for == ""
    assert len(gemini.texts) == 21


def test_a_daily_quota_parks_the_reading_until_it_resets(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator
) -> None:
    gemini.fault(CALL, *[faults.day_quota()] * 4)
    with asking(gemini):
        run = start(team, account)
        work(rounds=1)
        assert job_of(team, run).error_code == "quota_day"
        gemini._faults.clear()
        work()
    assert readers(team)[PAID] == 25
    assert set(Counter(gemini.texts).values()) == {1}


class Killed(BaseException):
    """The end of a process in the middle of its work: nothing of it tidies up."""


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_worker_killed_while_it_reads_pays_for_no_text_twice(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator, where: str
) -> None:
    """Killed when the first answer is there, before or after it is stored; the other answers are on their way."""
    gemini.latency = 0.05
    really = paying.store
    killed: list[bool] = []

    def store(*args: Any) -> int:
        found = really(*args) if where == "after" or killed else 0
        if not killed:
            killed.append(True)
            raise Killed
        return found

    with asking(gemini):
        run = start(team, account)
        with patch.object(paying, "store", store), suppress(Killed):
            work(rounds=1)
        assert killed
        work()
    assert job_of(team, run).state == "done"
    assert set(Counter(gemini.texts).values()) == {1}
    found = readers(team)
    assert sum(found.values()) == 40
    assert found[f"local 1 {GEMINI}: interrupted"] > 0


def test_a_comment_that_goes_away_while_it_is_read_leaves_nothing(
    team: Team, account: TrackedAccount, gemini: GeminiSimulator
) -> None:
    really = paying.store

    def store(*args: Any) -> int:
        Comment.objects.filter(text__startswith="This cup").delete()
        return really(*args)

    with asking(gemini), patch.object(paying, "store", store):
        run = read(team, account)
    assert job_of(team, run).state == "done"
    assert sum(readers(team).values()) == 20
    with workspace_scope(team.workspace.id):
        assert not CommentClaim.objects.exists()
