"""Without any key a product is staged by this machine, honestly labelled, and cut for every platform (O6, O7, O10)."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageDraw

from aura.media import services as media
from aura.providers.errors import ProviderError
from aura.providers.local.staging import ProductStager
from aura.providers.provenance import read as read_provenance
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from optimizer import jobs
from optimizer.models import Optimization, PlatformFile, ProductPhoto
from optimizer.options import choices
from optimizer.services import photos, sessions
from optimizer.services.intake import Order
from optimizer.tests.photographing import CUP, begun, encoded, finished, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


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
    noise = encoded(Image.effect_noise((400, 300), 90).convert("RGB"))
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


def test_who_stops_a_session_takes_its_jobs_locks_first_as_the_jobs_do(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id), CaptureQueriesContext(connection) as seen:
        assert jobs.cancel_optimization(Optimization.objects.get(pk=session.pk))
    locks = [one["sql"] for one in seen.captured_queries if " FOR " in one["sql"]]
    tables = ["job" if "jobs_job" in sql.partition(" FOR ")[2] else "session" for sql in locks]
    assert tables[:2] == ["job", "session"]
