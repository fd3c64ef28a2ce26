"""A workspace that fetches from a simulated Apify, for tests of live runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings

from audience import jobs
from audience.models import Comment, Run, ScrapePart, TrackedAccount
from audience.services.tracking import follow
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.simulators.apify.service import TOKEN, ApifySimulator
from aura.testing.simulators.gemini.service import KEY, GeminiSimulator
from aura.testing.simulators.world import World

NAME = "northroast"


@contextmanager
def simulated(
    tmp_path: Path, world: World, gemini: GeminiSimulator | None = None, **options: Any
) -> Iterator[ApifySimulator]:
    """Apify, and Gemini where it is given, simulated, with the installation's keys; files below ``tmp_path``."""
    with ApifySimulator(world, **options) as apify:
        outside = settings.AURA_OUTSIDE
        model = replace(outside.gemini, url=gemini.url, profiles=8, in_flight=4) if gemini else outside.gemini
        placed = replace(outside, apify=replace(outside.apify, url=apify.url), gemini=model)
        keys = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"apify": TOKEN, "gemini": KEY if gemini else ""}
        with (
            patch("audience.jobs.scraping.SETTLES", 0.0),
            override_settings(
                AURA_OUTSIDE=placed, AURA_PROVIDER_SECRETS=keys, AURA_PICTURES=False, MEDIA_ROOT=tmp_path
            ),
        ):
            yield apify


def followed(team: Team, **values: Any) -> TrackedAccount:
    """The account, followed by Apify."""
    with workspace_scope(team.workspace.id):
        account = track_account(NAME)
        follow(account, {"source": "apify", "vision": "local"} | values)
        return account


def fetch(team: Team, account: TrackedAccount) -> Run:
    """Start a run, work until nothing is left to do, and return how it ended."""
    with workspace_scope(team.workspace.id):
        run = jobs.start_live(TrackedAccount.objects.get(pk=account.pk))
    return worked_off(team, run)


def worked_off(team: Team, run: Run) -> Run:
    """The run when no job is left to do."""
    for _ in range(500):
        # Nobody waits for what a service asked for, nor for limits.
        cache.clear()
        make_due()
        if not drain():
            break
    with workspace_scope(team.workspace.id):
        return Run.objects.select_related("account").get(pk=run.pk)


def stored(team: Team) -> int:
    """Comments that are in the database."""
    with workspace_scope(team.workspace.id):
        return Comment.objects.count()


def parts(team: Team, run: Run) -> list[ScrapePart]:
    """What a run has asked for."""
    with workspace_scope(team.workspace.id):
        return list(ScrapePart.objects.filter(run=run).order_by("number"))


@pytest.fixture
def world() -> World:
    """@northroast with six posts and two hundred comments."""
    made = World(people=300)
    made.add_account(NAME, posts=6, comments=200)
    return made
