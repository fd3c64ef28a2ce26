"""Processes are killed and stores lost while jobs run; nothing may be lost and nothing done twice."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import pytest

from aura.testing.chaos.run import Outcome, Plan, run
from aura.testing.chaos.stores import SETTINGS, durable_stores
from aura.testing.fixtures import TEST_DATABASE


def here() -> Mapping[str, str]:
    """The environment that leads other processes to this test run's database."""
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{TEST_DATABASE}"))
    return dict(os.environ) | SETTINGS | {"DATABASE_URL": url}


def tell(outcome: Outcome) -> None:
    sys.stderr.write(f"\n{outcome}\n")


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_a_few_deaths_lose_nothing_and_double_nothing() -> None:
    plan = Plan(jobs=60, kills=3, dispatchers=0, flushes=1, crashes=0, poison=1, lease=2, patience=60)
    outcome = run(plan, here())
    tell(outcome)
    assert outcome.is_clean(plan), outcome


@pytest.mark.chaos
@pytest.mark.timeout(1200)
def test_a_thousand_jobs_survive_everything() -> None:
    plan = Plan()
    with durable_stores() as (database, environ):
        outcome = run(plan, environ, database.crash)
    tell(outcome)
    assert outcome.is_clean(plan), outcome
