"""Seconds from a post's address to its compliments, with a model that takes 1.0 s (C3, C6).

``make bench ARGS=benchmarks/compliment_speed.py``; AURA_TEST_ADDRESSES sets how many (12). The post comes from the
Graph API and its pictures from this machine, all simulated; jobs go through PostgreSQL, the dispatcher, the real queue
and the realtime worker's code in this process. Beside it: the same with the embedded writer, and the model's bare call.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.test import override_settings

from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini.service import KEY, GeminiSimulator
from compliments import jobs
from compliments.models import InstagramPost, Writing
from compliments.tests.live import NAME, address, simulated

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True, databases=["default", "staff"])]
ADDRESSES = int(os.environ.get("AURA_TEST_ADDRESSES", "12"))
LATENCY, TARGET = 1.0, 1.6
PASSES = 200


@contextmanager
def gemini() -> Iterator[GeminiSimulator]:
    """A model that answers after one second, with the installation's key."""
    with GeminiSimulator(models=("gemini-3.8-flash",), latency=LATENCY) as service:
        outside = settings.AURA_OUTSIDE
        placed = replace(outside, gemini_writing=replace(outside.gemini_writing, url=service.url))
        with override_settings(
            AURA_OUTSIDE=placed, AURA_PROVIDER_SECRETS=settings.AURA_PROVIDER_SECRETS | {"gemini": KEY}
        ):
            yield service


def seconds(team: Team, url: str, writer: str) -> float:
    """From the address to the end of what is written about it."""
    began = time.monotonic()
    with workspace_scope(team.workspace.id):
        post = jobs.ask_for_post(url, user_id=team.bob.pk)
        writing = jobs.start_writing(post, {"writer": writer}, user_id=team.bob.pk)
    for _ in range(PASSES):
        drain()
        with workspace_scope(team.workspace.id):
            state = Writing.objects.get(pk=writing.pk)
        if state.is_over:
            break
        time.sleep(0.01)
    took = time.monotonic() - began
    assert (state.state, state.tried) == ("done", []), (state.state, state.error, state.tried)
    return took


def forget(team: Team) -> None:
    """The next asking downloads anew."""
    with workspace_scope(team.workspace.id):
        InstagramPost.objects.all().delete()


def told(name: str, found: list[float]) -> float:
    """Print one line; returns the median."""
    median = statistics.median(found)
    print(f"{name:<34} median {median:5.2f} s   slowest {max(found):5.2f} s   of {len(found)}")
    return median


def test_an_address_becomes_compliments_soon(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("graph",)) as outside, gemini() as model:
        urls = [address(post) for post in outside.world.accounts[NAME].posts]
        found: dict[str, list[float]] = {"gemini": [], "local": []}
        for writer in found:
            seconds(team, urls[0], writer)
            forget(team)
            while len(found[writer]) < ADDRESSES:
                for url in urls:
                    found[writer].append(seconds(team, url, writer))
                forget(team)
        bare = [_timed(lambda: time.sleep(model.latency))]
    print()
    told("the model's answer alone", bare)
    median = told("address to compliments, Gemini", found["gemini"])
    told("address to compliments, embedded", found["local"])
    print(f"memory of the process {psutil.Process().memory_info().rss / 2**20:.0f} MB; load {os.getloadavg()[0]:.1f}")
    print(f"target {TARGET} s: {'met' if median <= TARGET else 'missed'}")


def _timed(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
