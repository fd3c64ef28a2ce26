"""What is sent wrong is refused at once, with its code, and nothing is kept of it (O1, O13)."""

import io
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from PIL import Image

from aura.jobs.models import Job
from aura.media.models import Picture
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client
from optimizer.api.orders import plain
from optimizer.models import Optimization
from optimizer.tests.pictures import bomb, encoded, grainy

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
URL = "/api/v1/optimize/image"
GOOD = encoded(grainy(400, 300))


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def send(team: Team, data: bytes | None = GOOD, **fields: Any) -> Any:
    given: dict[str, Any] = {"platforms": "instagram", **fields}
    if data is not None:
        given["image"] = SimpleUploadedFile("a.jpg", data, "image/jpeg")
    return api_client(team.bob).post(URL, given, format="multipart")


def kept(team: Team, tmp_path: Path) -> int:
    with workspace_scope(team.workspace.id):
        rows = Optimization.objects.count() + Picture.objects.count() + Job.objects.count()
    return rows + len([path for path in tmp_path.rglob("*") if path.is_file()])


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "INVALID_IMAGE_FORMAT"),
        (b"<html><script>alert(1)</script>", 400, "INVALID_IMAGE_FORMAT"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 400, "INVALID_IMAGE_FORMAT"),
        (b"%PDF-1.7\n", 400, "INVALID_IMAGE_FORMAT"),
        (b"\0\0\0\x18ftypmp42" + bytes(99), 400, "INVALID_IMAGE_FORMAT"),
        (GOOD[: len(GOOD) // 2], 400, "INVALID_IMAGE_FORMAT"),
        (b"\xff\xd8\xff" + bytes(500), 400, "INVALID_IMAGE_FORMAT"),
        (encoded(grainy(299, 300)), 400, "IMAGE_TOO_SMALL"),
        (bomb(40_000, 40_000), 413, "IMAGE_TOO_LARGE"),
        (bomb(60_000, 400), 413, "IMAGE_TOO_LARGE"),
    ],
    ids=["empty", "page", "svg", "pdf", "video", "cut", "noise", "small", "bomb", "long"],
)
def test_a_hostile_file_is_refused_in_milliseconds(
    team: Team, tmp_path: Path, data: bytes, status: int, code: str
) -> None:
    api_client(team.bob).get(URL)  # loads the addresses, where this is the first test
    before = time.thread_time()
    answer = send(team, data)
    assert time.thread_time() - before < 1, "the whole request; decoding a bomb would take many seconds"
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/image"
    assert kept(team, tmp_path) == 0


def test_damage_beyond_the_head_fails_the_session_with_the_same_code(team: Team, tmp_path: Path) -> None:
    whole = encoded(grainy(400, 300), "WEBP")
    middle = len(whole) // 2
    answer = send(team, whole[:middle] + b"\xff" * 2000 + whole[middle + 2000 :])
    assert answer.status_code == 202, answer.content
    drain(retries=True)
    found = api_client(team.bob).get(answer.json()["status_url"]).json()
    assert (found["status"], found["error"]["code"]) == ("failed", "INVALID_IMAGE_FORMAT")
    assert found["platforms"]["instagram"]["error"]["code"] == "INVALID_IMAGE_FORMAT"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_more_than_50_mb_are_refused_whatever_the_way(team: Team, tmp_path: Path) -> None:
    heavy = GOOD + bytes(50 * 2**20)
    answer = send(team, heavy)
    assert (answer.status_code, answer.json()["code"]) == (413, "IMAGE_TOO_LARGE")
    said = api_client(team.bob).post(
        URL, b"x", content_type="multipart/form-data; boundary=x", headers={"Content-Length": str(100 * 2**20)}
    )
    assert (said.status_code, said.json()["code"]) == (413, "IMAGE_TOO_LARGE")
    assert kept(team, tmp_path) == 0


def test_a_refused_logo_names_its_field_and_keeps_nothing(team: Team, tmp_path: Path) -> None:
    answer = send(team, logo=SimpleUploadedFile("logo.png", b"no", "image/png"))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_IMAGE_FORMAT")
    assert answer.json()["errors"][0]["pointer"] == "/logo"
    assert kept(team, tmp_path) == 0


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"platforms": "myspace"}, "/platforms"),
        ({"platforms": ""}, "/platforms"),
        ({"options": "{"}, "/options"),
        ({"options": "[" * 5000}, "/options"),
        ({"options": '{"colour": "red"}'}, "/options"),
        ({"options": '{"output_format": "tiff"}'}, "/output_format"),
        ({"output_format": "tiff"}, "/output_format"),
        ({"options": '{"logo_scale": 7}'}, "/logo_scale"),
        ({"logo_opacity": "nan"}, "/logo_opacity"),
        ({"styles[]": ["floating", "baroque"]}, "/styles/1"),
        ({"formats": '{"instagram": "poster"}'}, "/formats"),
        ({"hashtag_preset": "many"}, "/hashtag_preset"),
        ({"language": "xx"}, "/language"),
        ({"description": "x" * 2001}, "/description"),
        ({"description": "a\0b"}, "/description"),
        ({"image_url": "https://example.org/a.jpg"}, "/image"),
        ({"use_ai_analysis": "maybe"}, "/use_ai_analysis"),
    ],
    ids=str,
)
def test_a_wrong_choice_is_named(team: Team, tmp_path: Path, fields: dict[str, Any], pointer: str) -> None:
    answer = send(team, **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert kept(team, tmp_path) == 0


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a.jpg", "http://127.1/a.jpg", "http://a:b@example.org/", "x", "http://[::1", "//x"]
)
def test_an_address_that_cannot_be_one_is_refused_before_anything_is_fetched(team: Team, url: str) -> None:
    answer = api_client(team.bob).post(URL, {"image_url": url, "platforms": ["x"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/image_url")


def test_json_without_a_picture_is_told_so(team: Team) -> None:
    client = api_client(team.bob)
    bodies: list[Any] = [{"platforms": ["x"]}, [], "x", {}]
    for body in bodies:
        answer = client.post(URL, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), body


def test_a_private_address_fails_with_its_reason_in_status_and_results(team: Team) -> None:
    client = api_client(team.bob)
    answer = client.post(URL, {"image_url": "http://10.0.0.7/a.jpg", "platforms": ["x"]})
    assert answer.status_code == 202
    drain(retries=True)
    for name in ("status", "results"):
        found = client.get(reverse(f"api:optimize:{name}", args=[answer.json()["id"]])).json()
        assert (found["status"], found["error"]["code"]) == ("failed", "url_refused")
        assert found["error"]["message"]
        assert "retry_after" in found["error"]


def test_too_many_requests_say_in_body_and_header_when_to_come_back(team: Team, settings: Any) -> None:
    settings.AURA_LIMITS = settings.AURA_LIMITS | {"upload": 1}
    assert send(team).status_code == 202
    answer = send(team)
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMIT")
    assert answer.json()["retry_after"] == int(answer["Retry-After"]) >= 1


def test_lists_and_options_may_be_written_in_many_ways(team: Team) -> None:
    wanted: dict[str, Any] = {
        "platforms": ["instagram", "x.com"],
        "output_format": "jpeg",
        "logo_position": "bottom-right",
    }
    wanted |= {"styles": ["dark_and_moody", "floating"], "formats": {"instagram": "story"}}
    ways: list[dict[str, Any]] = [
        {
            "platforms[]": ["instagram", "X.com"],
            "options": '{"output_format": "JPG", "logo_position": "bottom_right", "styles": "Dark and moody,floating"}',
            "formats[instagram]": "story",
        },
        {
            "platforms": ["instagram", "x.com"],
            "options[output_format]": "image/jpeg",
            "logo_position": "Bottom Right",
            "styles[0]": "dark-and-moody",
            "styles[1]": "floating",
            "formats": '{"instagram": "story"}',
        },
        {
            "platforms": '["instagram", "x.com"]',
            "output_format": "jpeg",
            "logo_position": "bottom-right",
            "styles[]": ["dark_and_moody", "floating"],
            "options": '{"formats": {"instagram": "story"}, "output_format": "png"}',
        },
    ]
    for way in ways:
        data = {name: [value] if name in {"styles[0]", "styles[1]"} else value for name, value in way.items()}
        assert plain(data) == wanted, way
    answer = send(team, platforms="x", **(ways[0] | {"platforms[]": ["instagram"]}))
    assert answer.status_code == 202, answer.content
    with workspace_scope(team.workspace.id):
        chosen = Optimization.objects.get().choices
    assert (chosen.platforms, chosen.photography, chosen.format_for("instagram")) == (
        ("instagram", "x.com"),
        "on",
        "story",
    )


def test_other_pictures_of_the_set_are_files_or_ids(team: Team, tmp_path: Path) -> None:
    other = SimpleUploadedFile("b.jpg", encoded(grainy(500, 400, seed=8)), "image/jpeg")
    given: dict[str, Any] = {"others[]": [other]}
    answer = send(team, **given)
    assert answer.status_code == 202, answer.content
    with workspace_scope(team.workspace.id):
        [row] = Optimization.objects.get().compared.all()
        assert (row.number, row.picture.width) == (2, 500)
    assert send(team, others=str(row.picture_id)).status_code == 202
    given["others[]"] = [SimpleUploadedFile("b.jpg", b"no", "image/jpeg")]
    bad = send(team, **given)
    assert (bad.json()["code"], bad.json()["errors"][0]["pointer"]) == ("INVALID_IMAGE_FORMAT", "/others/0")
    many = send(team, others=",".join([str(row.picture_id)] * 4))
    assert (many.status_code, many.json()["errors"][0]["pointer"]) == (400, "/others")


def test_a_transparent_logo_is_kept_and_a_stored_one_can_be_named(team: Team) -> None:
    output = io.BytesIO()
    Image.new("RGBA", (64, 32), (200, 30, 30, 128)).save(output, "PNG")
    first = send(team, logo=SimpleUploadedFile("logo.png", output.getvalue(), "image/png"), logo_position="top")
    assert first.status_code == 202, first.content
    with workspace_scope(team.workspace.id):
        logo = Optimization.objects.get().logo
        assert logo
        assert logo.media_type == "image/png"
    second = send(team, options=f'{{"logo": "{logo.pk}"}}')
    assert second.status_code == 202, second.content
    with workspace_scope(team.workspace.id):
        assert Optimization.objects.filter(logo=logo).count() == 2
    assert send(team, logo="not-an-id").json()["errors"][0]["pointer"] == "/logo"
