"""With keys a service is asked once, waited for without a worker, paid once; its pictures are copied (G2, G3, G4)."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache

from accounts.models import UsageEntry
from accounts.queries.costs import cost_of
from accounts.services import imaging
from aura.jobs.models import Job, State
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import faults as gemini_faults
from aura.testing.simulators.gemini.service import KEY, GeminiSimulator
from aura.testing.simulators.replicate import faults
from aura.testing.simulators.replicate.hooks import signed
from aura.testing.simulators.replicate.service import SECRET, TOKEN, ReplicateSimulator
from aura.testing.simulators.server import CLOSED
from generation import jobs
from generation.models import GeneratedImage, Generation
from generation.services import orders, storing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
CREATE = "POST /v1/models"
GENERATE = "generateContent"


@pytest.fixture
def _quick() -> Iterator[None]:
    with patch("generation.jobs.SETTLES", 0.0):
        yield


@pytest.fixture
def replicate(settings: Any, tmp_path: Path, _quick: None) -> Iterator[ReplicateSimulator]:
    """Replicate, simulated, with the installation's key."""
    with ReplicateSimulator() as service:
        outside = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(outside, replicate=replace(outside.replicate, url=service.url))
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"replicate": TOKEN}
        settings.MEDIA_ROOT = tmp_path
        imaging._secrets.clear()
        yield service
        assert service.complaints == []


@pytest.fixture
def gemini(settings: Any, tmp_path: Path, _quick: None) -> Iterator[GeminiSimulator]:
    """Gemini, simulated, with the installation's key."""
    with ExitStack() as stack:
        service = stack.enter_context(GeminiSimulator(models=("gemini-3.1-flash-image",)))
        outside = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(outside, gemini_images=replace(outside.gemini_images, url=service.url))
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"gemini": KEY}
        settings.MEDIA_ROOT = tmp_path
        yield service
        assert service.complaints == []


def ordered(team: Team, **values: Any) -> Generation:
    with workspace_scope(team.workspace.id):
        return jobs.start_generation({"prompt": "a paper boat"} | values)[0]


def worked_off(team: Team, generation: Generation) -> Generation:
    for _ in range(60):
        cache.clear()
        make_due()
        if not drain(most=200):
            break
    return found(team, generation)


def found(team: Team, generation: Generation) -> Generation:
    with workspace_scope(team.workspace.id):
        return Generation.objects.prefetch_related("images__picture").get(pk=generation.pk)


def entries(team: Team) -> list[UsageEntry]:
    with workspace_scope(team.workspace.id):
        return list(UsageEntry.objects.filter(operation="make_images").order_by("created_at"))


def test_replicate_makes_the_pictures_and_its_price_is_booked_once(team: Team, replicate: ReplicateSimulator) -> None:
    done = worked_off(team, ordered(team, count=2, aspect="4:5", seed=5))
    assert (done.tried, done.error, done.state) == ([], "", "done")
    assert done.maker == "replicate:black-forest-labs/flux-schnell"
    assert not done.placeholder
    assert len(done.images.all()) == 2
    assert replicate.started_predictions == 1
    with workspace_scope(team.workspace.id):
        assert cost_of(done.subject) > 0
    assert [one.state for one in entries(team)] == ["settled"]


@pytest.mark.parametrize("shown", ["webhooks", "inputs"])
def test_an_order_whose_answer_was_lost_is_found_and_not_started_again(
    team: Team, replicate: ReplicateSimulator, shown: str
) -> None:
    replicate.shows_webhooks, replicate.shows_inputs = shown == "webhooks", shown == "inputs"
    replicate.fault(CREATE, replicate.losing())
    done = worked_off(team, ordered(team))
    assert replicate.started_predictions == 1
    if shown == "inputs":
        assert (done.state, done.maker) == ("done", "replicate:black-forest-labs/flux-schnell")
    else:
        # Nobody could be called back, so no webhook tells which order it was.
        assert (done.state, done.error_code) == ("failed", "start_unknown")


def test_a_refused_prompt_is_not_shopped_around(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.fail_next()
    done = worked_off(team, ordered(team))
    assert (done.state, done.error_code) == ("failed", "nsfw")
    assert replicate.started_predictions == 1
    with workspace_scope(team.workspace.id):
        assert cost_of(done.subject) == 0


def test_what_may_pass_is_tried_three_more_times_and_then_composed(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.fault(CREATE, *[faults.throttled(1)] * 20)
    done = worked_off(team, ordered(team))
    assert (done.error, done.maker, done.placeholder) == ("", "local:composer", True)
    assert len(replicate.asked(CREATE)) == 4
    assert [one["maker"] for one in done.tried] == ["replicate:black-forest-labs/flux-schnell"]


def test_who_chose_replicate_gets_no_placeholder_instead(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.credit = 0
    done = worked_off(team, ordered(team, provider="replicate"))
    assert (done.state, done.error_code) == ("failed", "credits_exhausted")
    assert len(replicate.asked(CREATE)) == 1


def test_a_kill_between_paying_and_storing_costs_nothing_more(team: Team, replicate: ReplicateSimulator) -> None:
    class Killed(BaseException):
        """The end of a worker: nothing of it tidies up."""

    really = storing.prepare
    killed: list[int] = []

    def end(*args: Any) -> Any:
        if not killed:
            killed.append(1)
            raise Killed
        return really(*args)

    generation = ordered(team)
    with patch.object(storing, "prepare", end), suppress(Killed):
        worked_off(team, generation)
    with staff_scope("test"):
        Job.objects.filter(state=State.RUNNING).update(lease_until="2000-01-01T00:00:00Z")
    done = worked_off(team, generation)
    assert (killed, done.state, replicate.started_predictions) == ([1], "done", 1)
    assert [one.state for one in entries(team)] == ["settled"]


def test_pictures_that_are_gone_are_said_to_be(team: Team, replicate: ReplicateSimulator) -> None:
    really = storing.prepare

    def late(*args: Any) -> Any:
        replicate.expire()
        return really(*args)

    with patch.object(storing, "prepare", late):
        done = worked_off(team, ordered(team, provider="replicate"))
    assert (done.state, done.error_code) == ("failed", "expired")
    with workspace_scope(team.workspace.id):
        assert not GeneratedImage.objects.exists()


def test_a_stopped_order_is_stopped_at_replicate(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 1000
    generation = ordered(team)
    drain(most=5)
    assert found(team, generation).external_id
    with workspace_scope(team.workspace.id):
        assert jobs.cancel_generation(Generation.objects.get(pk=generation.pk))
    worked_off(team, generation)
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]
    assert found(team, generation).state == "cancelled"


def test_an_order_that_is_stopped_and_deleted_is_stopped_at_replicate(
    team: Team, replicate: ReplicateSimulator
) -> None:
    replicate.looks = 1000
    generation = ordered(team)
    drain(most=5)
    with workspace_scope(team.workspace.id):
        row = Generation.objects.get(pk=generation.pk)
        jobs.cancel_generation(row)
        orders.remove(row)
    make_due()
    drain()
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_an_order_stopped_while_replicate_is_asked_is_stopped_there_too(
    team: Team, replicate: ReplicateSimulator
) -> None:
    replicate.looks = 1000
    generation, really = ordered(team), orders.order_of

    def stopped(*args: Any, **kwargs: Any) -> Any:
        with workspace_scope(team.workspace.id):
            assert jobs.cancel_generation(Generation.objects.get(pk=generation.pk))
        return really(*args, **kwargs)

    with patch.object(orders, "order_of", stopped):
        drain(most=5)
    worked_off(team, generation)
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]
    assert found(team, generation).state == "cancelled"


def test_a_key_that_comes_meanwhile_does_not_take_over_an_order(
    team: Team, gemini: GeminiSimulator, settings: Any
) -> None:
    generation = ordered(team)
    with workspace_scope(team.workspace.id):
        mine = Generation.objects.get(pk=generation.pk)
        orders.asking(mine, "gemini:gemini-3.1-flash-image")
    settings.AURA_PROVIDER_SECRETS = settings.AURA_PROVIDER_SECRETS | {"replicate": TOKEN}
    done = worked_off(team, generation)
    assert (done.state, done.error_code, done.external_id) == ("failed", "start_unknown", "")
    assert gemini.asked(GENERATE) == []


def test_without_money_nothing_is_asked(team: Team, replicate: ReplicateSimulator, settings: Any) -> None:
    settings.AURA_OUTSIDE = replace(settings.AURA_OUTSIDE, monthly_budget=Decimal("0.00"))
    done = worked_off(team, ordered(team, provider="replicate"))
    assert (done.state, done.error_code) == ("failed", "budget_reached")
    assert replicate.asked(CREATE) == []


def test_a_signed_word_from_replicate_brings_the_look_forward(
    team: Team, replicate: ReplicateSimulator, client: Any
) -> None:
    replicate.looks = 2
    generation = ordered(team)
    with patch("generation.jobs.WAITS", (60,)):
        drain(most=5)
    where = f"/webhooks/replicate/{team.workspace.pk}/{generation.pk}/"
    body = json.dumps({"id": found(team, generation).external_id, "status": "succeeded"}).encode()

    def tell(secret: str) -> int:
        headers = signed(body, f"msg_{time.monotonic_ns()}", secret, time.time())
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        answer = client.post(where, body, content_type="application/json", **given)
        return int(answer.status_code)

    with staff_scope("test"):
        before = Job.objects.get(key=str(generation.pk)).next_at
    assert tell("whsec_" + "A" * 32) == 404
    assert tell(SECRET) == 204
    with staff_scope("test"):
        after = Job.objects.get(key=str(generation.pk)).next_at
    assert before is not None
    assert after is not None
    assert after < before
    assert worked_off(team, generation).state == "done"


def test_gemini_makes_pictures_and_a_lost_answer_is_not_paid_again(team: Team, gemini: GeminiSimulator) -> None:
    done = worked_off(team, ordered(team, provider="gemini"))
    assert (done.state, done.maker) == ("done", "gemini:gemini-3.1-flash-image")
    asked = len(gemini.asked(GENERATE))
    gemini.fault(GENERATE, CLOSED)
    lost = worked_off(team, ordered(team, provider="gemini"))
    assert (lost.state, lost.error_code) == ("failed", "start_unknown")
    assert len(gemini.asked(GENERATE)) == asked + 1
    assert [one.state for one in entries(team)] == ["settled", "uncertain"]
    with workspace_scope(team.workspace.id):
        jobs.try_again(Generation.objects.get(pk=lost.pk))
    assert worked_off(team, lost).state == "done"


def test_a_busy_gemini_is_asked_again(team: Team, gemini: GeminiSimulator) -> None:
    gemini.fault(GENERATE, gemini_faults.overloaded())
    done = worked_off(team, ordered(team))
    assert (done.state, done.maker) == ("done", "gemini:gemini-3.1-flash-image")
