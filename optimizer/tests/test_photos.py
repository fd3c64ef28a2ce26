"""A session's product photographs are made once, paid once, and cut for every platform (O6, O7, O10, O14)."""

import io
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import UsageEntry
from accounts.queries.costs import cost_of
from accounts.services import imaging
from aura.jobs.models import Job, State
from aura.media import making as made
from aura.media import services as media
from aura.providers.errors import ProviderError
from aura.providers.local.staging import ProductStager
from aura.providers.provenance import read as read_provenance
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.products import drawn_product
from aura.testing.simulators.gemini.service import KEY, GeminiSimulator
from aura.testing.simulators.replicate.hooks import signed
from aura.testing.simulators.replicate.service import SECRET, TOKEN, ReplicateSimulator
from optimizer import jobs
from optimizer.jobs import photos as photo_jobs
from optimizer.models import Optimization, PlatformFile, ProductPhoto
from optimizer.options import choices
from optimizer.services import intake, photo_files, photos, sessions
from optimizer.services.intake import Order

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
CREATE = "POST /v1/models"
EDITOR = "replicate:black-forest-labs/flux-kontext-pro"


def encoded(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=92)
    return target.getvalue()


CUP = encoded(drawn_product("bottle", "white", size=600).picture)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def replicate(settings: Any) -> Iterator[ReplicateSimulator]:
    """Replicate, simulated, with the installation's key."""
    with ReplicateSimulator() as service, patch.object(photo_jobs.Photos, "settles", lambda self: 0.0):
        outside = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(outside, replicate=replace(outside.replicate, url=service.url))
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"replicate": TOKEN}
        imaging._secrets.clear()
        yield service
        assert service.complaints == []


@pytest.fixture
def gemini(settings: Any) -> Iterator[GeminiSimulator]:
    """Gemini, simulated, with the installation's key."""
    with GeminiSimulator(models=("gemini-3.1-flash-image",)) as service:
        outside = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(outside, gemini_images=replace(outside.gemini_images, url=service.url))
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"gemini": KEY}
        yield service
        assert service.complaints == []


def begun(team: Team, *, upload: bytes = CUP, logo: bytes = b"", fresh: bool = False, **options: Any) -> Optimization:
    values = {"platforms": ["instagram", "x"], "writer": "local", "find_accounts": False, "photography": "on"} | options
    values = {"styles": ["solid_background"]} | values
    with workspace_scope(team.workspace.id):
        mark = intake.store_logo(logo) if logo else None
        order = Order(choices=choices(values), upload=upload, name="cup.jpg", logo=mark, fresh=fresh)
        return jobs.start_optimization(order)


def worked_off(team: Team, session: Optimization) -> Optimization:
    for _ in range(60):
        cache.clear()
        make_due()
        if not drain(most=200):
            break
    return found(team, session)


def found(team: Team, session: Optimization) -> Optimization:
    with workspace_scope(team.workspace.id):
        rows = Optimization.objects.prefetch_related("photos__picture", "outputs__files__picture")
        return rows.get(pk=session.pk)


def finished(team: Team, **options: Any) -> Optimization:
    return worked_off(team, begun(team, **options))


def until_asked(team: Team, session: Optimization) -> ProductPhoto:
    """Work until the photograph's service has been asked."""
    for _ in range(20):
        with suppress(RuntimeError):
            drain(most=1)
        with workspace_scope(team.workspace.id):
            photo = ProductPhoto.objects.filter(optimization=session).first()
        if photo is not None and photo.external_id:
            return photo
    raise AssertionError("Nobody was asked.")


def entries(team: Team) -> list[str]:
    with workspace_scope(team.workspace.id):
        rows = UsageEntry.objects.filter(operation="make_images").order_by("created_at")
        return [one.state for one in rows]


def logo() -> bytes:
    mark = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    ImageDraw.Draw(mark).rectangle((0, 0, 199, 79), fill=(255, 0, 255, 255))
    target = io.BytesIO()
    mark.save(target, "PNG")
    return target.getvalue()


def test_without_keys_a_product_is_staged_and_cut_for_every_platform(team: Team) -> None:
    session = finished(team, styles=["solid_background", "dark_and_moody"], logo=logo())
    assert (session.state, [one.style for one in session.photos.all()]) == (
        "done",
        ["dark_and_moody", "solid_background"],
    )
    for photo in session.photos.all():
        assert (photo.state, photo.maker, photo.placeholder, photo.error) == ("done", "local:stager", True, "")
        assert photo.label.startswith("Composed on this machine")
        assert photo.looks_right == (photo.confidence is not None and photo.confidence >= 0.6)
        assert photo.seconds is not None
    for output in session.outputs.all():
        files = {file.style: file.picture for file in output.files.all()}
        assert set(files) == {"", "solid_background", "dark_and_moody"}
        data = media.read(files["solid_background"])
        inside = read_provenance(data)
        assert inside is not None
        assert (inside.placeholder, inside.provider) == (True, "local")
        with Image.open(io.BytesIO(data)) as picture:
            corner = picture.convert("RGB").crop((picture.width // 2, picture.height // 2, *picture.size))
            pixels = np.asarray(corner)
        pink = (pixels[..., 0] > 200) & (pixels[..., 1] < 80) & (pixels[..., 2] > 200)
        assert pink.sum() > 500


def test_photographs_are_made_by_themselves_only_of_a_product(team: Team) -> None:
    session = finished(team, photography="auto")
    assert [one.state for one in session.photos.all()] == ["done"]
    assert (session.analysis["is_product"], session.analysis["product_source"]) == (True, "local")
    assert session.analysis["product_reason"]
    noise = encoded(Image.effect_noise((640, 480), 90).convert("RGB"))
    session = finished(team, photography="auto", upload=noise)
    assert (session.state, list(session.photos.all()), session.analysis["is_product"]) == ("done", [], False)
    assert list(finished(team, photography="off").photos.all()) == []


def test_what_a_model_said_of_the_product_goes_before_what_this_machine_sees(team: Team) -> None:
    said = Optimization(words={"is_product": True, "product_name": "a (red) cup", "product_reason": "It is for sale."})
    seen = photos.detect(said)
    assert (seen.found, seen.source, seen.name, seen.reason) == (True, "model", "a red cup", "It is for sale.")


def test_a_doubtful_cut_out_says_so(team: Team) -> None:
    really = ProductStager._made

    def doubtful(self: Any, *args: Any) -> Any:
        return replace(really(self, *args), confidence=0.4, notes=("The edge is ragged.",))

    with patch.object(ProductStager, "_made", doubtful):
        (photo,) = finished(team).photos.all()
    assert (photo.looks_right, photo.reasons) == (False, ["The edge is ragged."])
    assert "may be wrong" in photo.label


def test_one_style_that_fails_fails_only_itself(team: Team) -> None:
    really = ProductStager.start

    def failing(self: ProductStager, order: Any) -> Any:
        if self.style == "macro":
            raise ProviderError("There is too little to show.", code="unsupported_input")
        return really(self, order)

    with patch.object(ProductStager, "start", failing):
        session = finished(team, styles=["macro", "floating"])
    assert session.state == "done"
    assert {one.style: (one.state, one.error_code) for one in session.photos.all()} == {
        "floating": ("done", ""),
        "macro": ("failed", "unsupported_input"),
    }
    with workspace_scope(team.workspace.id):
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    session = worked_off(team, session)
    assert (session.state, [one.state for one in session.photos.all()]) == ("done", ["done", "done"])


def test_replicate_edits_the_picture_and_is_paid_once(team: Team, replicate: ReplicateSimulator) -> None:
    session = finished(team, styles=["solid_background", "macro"])
    assert [(one.error, one.state, one.maker) for one in session.photos.all()] == [("", "done", EDITOR)] * 2
    sent = [asked.json()["input"] for asked in replicate.asked(CREATE)]
    assert len(sent) == 2
    assert all(one["input_image"].startswith("data:image/") for one in sent)
    assert all("must stay the same product" in one["prompt"] for one in sent)
    assert entries(team) == ["settled", "settled"]
    with workspace_scope(team.workspace.id):
        assert cost_of(session.subject) > 0
    (first, _) = session.photos.all()
    assert first.label == "Made by Replicate (black-forest-labs/flux-kontext-pro) from your picture"
    assert not first.placeholder


def test_the_same_photograph_is_not_paid_for_twice(team: Team, replicate: ReplicateSimulator) -> None:
    first = finished(team)
    again = finished(team, platforms=["instagram", "tiktok"])
    assert not again.reused
    (before,), (after,) = first.photos.all(), again.photos.all()
    assert (after.reused, after.picture_id, after.label) == (True, before.picture_id, before.label)
    assert replicate.started_predictions == 1
    whole = finished(team)
    assert (whole.reused, [one.state for one in whole.photos.all()]) == (True, ["done"])
    assert {file.style for output in whole.outputs.all() for file in output.files.all()} == {"", "solid_background"}
    assert replicate.started_predictions == 1
    assert not finished(team, fresh=True).reused
    assert replicate.started_predictions == 2


def test_two_sessions_at_once_pay_one_photograph(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 3
    first, second = begun(team), begun(team, platforms=["instagram", "tiktok"])
    worked_off(team, first)
    assert {one.state for s in (first, second) for one in found(team, s).photos.all()} == {"done"}
    assert replicate.started_predictions == 1


def test_a_kill_between_paying_and_storing_costs_nothing_more(team: Team, replicate: ReplicateSimulator) -> None:
    class Killed(BaseException):
        """The end of a worker: nothing of it tidies up."""

    killed: list[str] = []

    def killing(where: str, really: Any) -> Any:
        def end(*args: Any, **kwargs: Any) -> Any:
            if where not in killed:
                killed.append(where)
                raise Killed
            return really(*args, **kwargs)

        return end

    session = begun(team)
    with (
        patch.object(made, "prepare", killing("storing", made.prepare)),
        patch.object(photo_files, "cut_for_all", killing("cutting", photo_files.cut_for_all)),
    ):
        for _ in range(3):
            with suppress(Killed):
                session = worked_off(team, session)
            with staff_scope("test"):
                Job.objects.filter(state=State.RUNNING).update(lease_until="2000-01-01T00:00:00Z")
    assert (killed, session.state) == (["storing", "cutting"], "done")
    assert [one.state for one in session.photos.all()] == ["done"]
    assert replicate.started_predictions == 1
    assert entries(team) == ["settled"]


def test_a_photograph_whose_answer_was_lost_is_found_again(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.shows_inputs = True
    replicate.fault(CREATE, replicate.losing())
    (photo,) = finished(team).photos.all()
    assert (photo.state, photo.maker, replicate.started_predictions) == ("done", EDITOR, 1)


def test_a_stopped_session_stops_its_photographs_at_replicate(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 1000
    session = begun(team)
    until_asked(team, session)
    with workspace_scope(team.workspace.id):
        assert jobs.cancel_optimization(Optimization.objects.get(pk=session.pk))
    session = worked_off(team, session)
    assert (session.state, [one.state for one in session.photos.all()]) == ("cancelled", ["cancelled"])
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_one_photograph_can_be_stopped_alone(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 1000
    session = begun(team)
    photo = until_asked(team, session)
    with workspace_scope(team.workspace.id):
        assert jobs.cancel_photo(ProductPhoto.objects.get(pk=photo.pk))
    session = worked_off(team, session)
    assert (session.state, [one.state for one in session.photos.all()]) == ("done", ["cancelled"])
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_a_photograph_that_takes_too_long_is_given_up_with_its_session(
    team: Team, replicate: ReplicateSimulator
) -> None:
    replicate.looks = 1000
    session = begun(team)
    until_asked(team, session)
    with workspace_scope(team.workspace.id):
        Optimization.objects.filter(pk=session.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    jobs.expire_sessions(None)  # type: ignore[arg-type]
    session = worked_off(team, session)
    assert session.state == "done"
    assert [(one.state, one.error_code) for one in session.photos.all()] == [("failed", "PROCESSING_TIMEOUT")]
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_gemini_edits_the_picture(team: Team, gemini: GeminiSimulator) -> None:
    (photo,) = finished(team).photos.all()
    assert (photo.error, photo.state, photo.maker) == ("", "done", "gemini:gemini-3.1-flash-image")
    assert entries(team) == ["settled"]
    assert photo.label.startswith("Made by Gemini")


def test_a_signed_word_from_replicate_brings_the_look_forward(
    team: Team, replicate: ReplicateSimulator, client: Any
) -> None:
    replicate.looks = 2
    session = begun(team)
    with patch.object(photo_jobs.Photos, "waits", lambda self: (60,)):
        photo = until_asked(team, session)
    where = reverse("optimizer_hooks:replicate", args=[team.workspace.pk, photo.pk])
    body = json.dumps({"id": photo.external_id, "status": "succeeded"}).encode()

    def tell(secret: str) -> int:
        headers = signed(body, f"msg_{time.monotonic_ns()}", secret, time.time())
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        return int(client.post(where, body, content_type="application/json", **given).status_code)

    def due() -> Any:
        with staff_scope("test"):
            return Job.objects.get(kind="optimizer.photo").next_at

    before = due()
    assert tell("whsec_" + "A" * 32) == 404
    assert due() == before
    assert tell(SECRET) == 204
    assert due() < before


def test_another_workspace_neither_sees_nor_reuses_a_photograph(team: Team) -> None:
    (photo,) = finished(team).photos.all()
    with workspace_scope(team.elsewhere.id):
        assert not ProductPhoto.objects.exists()
        values = {"platforms": ["instagram"], "writer": "local", "find_accounts": False, "photography": "on"}
        order = Order(choices=choices(values | {"styles": ["solid_background"]}), upload=CUP, name="cup.jpg")
        theirs = jobs.start_optimization(order)
    for _ in range(60):
        cache.clear()
        make_due()
        if not drain(most=200):
            break
    with workspace_scope(team.elsewhere.id):
        (own,) = ProductPhoto.objects.filter(optimization=theirs)
    assert (own.state, own.reused, own.recipe == photo.recipe) == ("done", False, True)
    assert own.picture_id != photo.picture_id


def test_a_session_that_is_removed_takes_its_photographs_along(team: Team, tmp_path: Path) -> None:
    session = finished(team)
    with workspace_scope(team.workspace.id):
        sessions.remove(Optimization.objects.get(pk=session.pk))
        assert not PlatformFile.objects.exists()
        assert not ProductPhoto.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
