"""An account whose comments a simulated model reads, for tests of paid readings."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings

from audience.jobs.core import start_for
from audience.jobs.words import run_words
from audience.models import CommentReading, Run, TrackedAccount
from audience.tests import factories
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import KEY, GeminiSimulator
from aura.testing.simulators.openai import KEY as OPENAI_KEY
from aura.testing.simulators.openai import OpenAISimulator
from aura.testing.simulators.openai.service import MODELS

GEMINI = "gemini:gemini-3.5-flash-lite"
PAID = f"{GEMINI} 1 1"
CALL = "generateContent"


@pytest.fixture
def gemini() -> Iterator[GeminiSimulator]:
    with GeminiSimulator() as service:
        yield service


@pytest.fixture
def account(team: Team) -> TrackedAccount:
    """Twenty people, each with a text of their own, one copied text, one of emoji, and the account itself."""
    with workspace_scope(team.workspace.id):
        made = factories.account("northroast", comments_by="gemini")
        post = factories.post(made)
        for number, person in enumerate(factories.commenters(20)):
            factories.comment(post, person, text=f"This cup number {number} is what I think of")
            factories.comment(post, person, text="Where can I buy it @anna.b?" if number < 5 else "🔥🔥")
        factories.comment(post, factories.commenter(username=made.username), text="Thank you all")
    return made


@contextmanager
def asking(gemini: GeminiSimulator | None = None, openai: OpenAISimulator | None = None, **more: Any) -> Iterator[None]:
    """Models behind the simulators' addresses, with the installation's keys."""
    outside = settings.AURA_OUTSIDE
    values: dict[str, Any] = {"comments": 4, "in_flight": 2} | more
    placed = replace(
        outside,
        gemini=replace(outside.gemini, **values, url=gemini.url) if gemini else outside.gemini,
        openai=replace(outside.openai, **values, url=openai.base, model=MODELS[0]) if openai else outside.openai,
    )
    keys = {"gemini": KEY if gemini else "", "openai": OPENAI_KEY if openai else ""}
    with override_settings(
        AURA_OUTSIDE=placed, AURA_PROVIDER_SECRETS=dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | keys
    ):
        yield


def start(team: Team, account: TrackedAccount) -> Run:
    with workspace_scope(team.workspace.id):
        run = Run.objects.create(workspace_id=team.workspace.id, account=account, state=Run.State.RUNNING)
        start_for(run_words, run)
    return run


def work(rounds: int = 30) -> None:
    """Work off all jobs, also those that wait for a later time; nobody waits for limits."""
    for _ in range(rounds):
        cache.clear()
        make_due()
        if not drain():
            return


def read(team: Team, account: TrackedAccount) -> Run:
    run = start(team, account)
    work()
    return run


def readers(team: Team) -> Counter[str]:
    """Comments by what read them, with the reason of a fallback behind it."""
    with workspace_scope(team.workspace.id):
        rows = CommentReading.objects.filter(by_owner=False).values_list("reader", "fallback")
        return Counter(f"{reader} {fallback}".strip() for reader, fallback in rows)


def job_of(team: Team, run: Run) -> Job:
    with workspace_scope(team.workspace.id):
        return Job.objects.get(kind="audience.words", subject=str(run.pk))
