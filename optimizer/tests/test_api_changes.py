"""What people change of a platform: texts within its limits, and what its picture shows (O2, O8)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client
from optimizer.models import PlatformOutput
from optimizer.tests.pictures import encoded, grainy

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
DATA = encoded(grainy(1200, 600))


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def pk(team: Team) -> str:
    """The id of a session of bob's for Instagram and X that is ready."""
    sent = {"image": SimpleUploadedFile("a.jpg", DATA, "image/jpeg"), "platforms": ["instagram", "x"]}
    answer = api_client(team.bob).post("/api/v1/optimize/image", sent, format="multipart")
    drain(retries=True)
    return str(answer.json()["id"])


def change(team: Team, pk: str, platform: str, **values: Any) -> Any:
    return api_client(team.bob).patch(f"/api/v1/optimize/results/{pk}/{platform}", values)


def test_texts_are_changed_within_the_limits_of_the_platform(team: Team, pk: str) -> None:
    answer = change(team, pk, "instagram", caption="My own words", hashtags="#clay cups", alt_text="A cup")
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert (shown["caption"], shown["hashtags"], shown["alt_text"]) == ("My own words", ["#clay", "#cups"], "A cup")
    assert shown["caption_length"] == 12
    results = api_client(team.bob).get(reverse("api:optimize:results", args=[pk])).json()
    assert results["results"]["instagram"] == shown
    assert "My own words" in api_client(team.bob).get(results["files"][-1]["url"]).content.decode()
    with workspace_scope(team.workspace.id):
        assert PlatformOutput.objects.get(platform="instagram").edited


def test_what_does_not_fit_is_named_and_changes_nothing(team: Team, pk: str) -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("x.com", {"caption": "語" * 141}, "/caption"),
        ("instagram", {"caption": "x" * 2201}, "/caption"),
        ("instagram", {"title": "Has none"}, "/title"),
        ("instagram", {"hashtags": ["2026"]}, "/hashtags"),
        ("instagram", {"hashtags": [f"tag{number}" for number in range(31)]}, "/hashtags"),
        ("instagram", {"fit": "squeeze"}, "/fit"),
        ("instagram", {"format": "poster"}, "/format"),
        ("instagram", {"focus": {"x": 2, "y": 0}}, "/focus/x"),
        ("instagram", {"focus": {"x": "nan", "y": 0}}, "/focus/x"),
        ("instagram", {"caption": "Mine", "focus": "left"}, "/focus"),
        ("instagram", {"caption": "Mine", "format": "poster"}, "/format"),
    ]
    client = api_client(team.bob)
    for platform, values, pointer in wrong:
        where = reverse("api:optimize:platform", args=[pk, platform])
        before = client.get(where).json()
        answer = client.patch(where, values)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), values
        assert pointer in {error["pointer"].removesuffix("/non_field_errors") for error in answer.json()["errors"]}
        assert client.get(where).json() == before


def test_another_focus_and_size_make_the_picture_anew(team: Team, pk: str) -> None:
    client = api_client(team.bob)
    before = client.get(reverse("api:optimize:platform", args=[pk, "instagram"])).json()
    old = client.get(before["url"])
    answer = change(team, pk, "instagram", focus={"x": 0.1, "y": 0.5}, format="story")
    assert (answer.status_code, answer.json()["platform"]) == (202, "instagram")
    assert answer["Location"] == answer.json()["status_url"]
    drain(retries=True)
    assert client.get(answer.json()["status_url"]).json()["status"] == "done"
    after = client.get(reverse("api:optimize:platform", args=[pk, "instagram"])).json()
    assert after["dimensions"]["height"] / after["dimensions"]["width"] == pytest.approx(16 / 9, abs=0.01)
    assert after["url"] == before["url"]
    fresh = client.get(after["url"], headers={"If-None-Match": old["ETag"]})
    assert (fresh.status_code, fresh.content == old.content) == (200, False)
    assert "no-cache" in fresh["Cache-Control"]
    assert client.get(after["url"], headers={"If-None-Match": fresh["ETag"]}).status_code == 304
    assert change(team, pk, "instagram", fit="extend").status_code == 202
    with workspace_scope(team.workspace.id):
        row = PlatformOutput.objects.get(platform="instagram")
        assert (row.focus_x, row.fit, row.format_key) == (0.1, "extend", "story")
    assert change(team, pk, "instagram", focus=None).status_code == 202
    with workspace_scope(team.workspace.id):
        assert PlatformOutput.objects.get(platform="instagram").focus_x is None


def test_a_platform_that_the_session_has_not_is_not_there(team: Team, pk: str) -> None:
    for platform in ("tiktok", "myspace", "X"):
        assert change(team, pk, platform, caption="x").status_code == 404


def test_a_crop_of_a_session_that_goes_on_waits(team: Team) -> None:
    sent = {"image": SimpleUploadedFile("a.jpg", DATA, "image/jpeg"), "platforms": "x"}
    pk = api_client(team.bob).post("/api/v1/optimize/image", sent, format="multipart").json()["id"]
    answer = change(team, pk, "x.com", fit="extend")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
