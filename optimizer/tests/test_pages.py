"""The optimizer's pages: who may see and do what, what a mistake leaves, how much is asked (O1, O8, O10, M2)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client
from optimizer.forms import NewForm
from optimizer.models import Optimization, PlatformOutput, ProductPhoto
from optimizer.options import Choices
from optimizer.platforms import table
from optimizer.queries.cards import cards
from optimizer.services.archive import files_of
from optimizer.tests import photographing
from optimizer.tests.live import begun, found, made, snapshot, worked_off
from optimizer.tests.pictures import encoded, quarters

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
NEW = "/optimizer/new/"
MOST_SCRIPT = 15_000


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def fields(**more: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    form = NewForm()
    given = {name: field.initial for name, field in form.fields.items() if isinstance(field.initial, str | int)}
    del given["find_accounts"]
    return given | {"platforms": ["instagram", "x.com"], "writer": "local", "once": str(uuid4())} | more


def upload(data: bytes | None = None, name: str = "cup.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data if data is not None else snapshot(), "image/jpeg")


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def sessions_of(team: Team) -> list[Optimization]:
    with workspace_scope(team.workspace.id):
        return list(Optimization.objects.order_by("created_at"))


def page_of(session: Optimization, name: str = "session", *more: str) -> str:
    return reverse(f"optimizer:{name}", args=[session.pk, *more])


def test_a_form_that_is_sent_twice_makes_one_session(team: Team) -> None:
    client, given = page_client(team.bob), fields(description="A blue cup", size_instagram="story")
    first = client.post(NEW, given | {"picture": upload()})
    again = client.post(NEW, given | {"picture": upload()})
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    (session,) = sessions_of(team)
    assert session.choices.formats == (("instagram", "story"),)
    assert session.created_by_id == team.bob.pk
    client.post(NEW, given | {"picture": upload(), "once": str(uuid4())})
    assert len(sessions_of(team)) == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Drop a picture here"),
        ({"picture": b"no picture"}, "id_picture_error"),
        ({"picture": encoded(quarters(299, 300))}, "300"),
        ({"picture": b""}, "empty"),
        ({"url": "https://example.org/a.jpg", "picture": snapshot()}, "not both"),
        ({"picture": snapshot(), "platforms": []}, "Choose at least one platform."),
        ({"picture": snapshot(), "logo": b"no logo"}, "id_logo_error"),
        ({"picture": snapshot(), "logo_scale": "1"}, "greater than or equal to 2"),
        ({"stored": str(uuid4())}, "Drop a picture here"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_keeps_what_was_typed(team: Team, more: dict[str, Any], words: str) -> None:
    files = {name: upload(data) for name, data in more.items() if isinstance(data, bytes)}
    response = page_client(team.bob).post(NEW, fields(description="A cup by the sea") | more | files)
    assert response.status_code == 422
    text = text_of(response)
    assert words in text
    assert "A cup by the sea" in text
    errors = re.findall(r'<p class="au-field-error"[^>]*>([^<]+)</p>', text)
    assert len([one for one in errors if one.strip()]) == 1
    assert sessions_of(team) == []


def test_a_former_session_fills_the_form_with_its_picture_and_choices(team: Team) -> None:
    former = made(team, platforms=["tiktok"], logo_scale=0.4, formats={"tiktok": "square"}, description="On the pier")
    client = page_client(team.bob)
    text = text_of(client.get(f"{NEW}?again={former.pk}"))
    assert "On the pier" in text
    assert f'value="{former.master_id}"' in text
    assert 'value="40"' in text
    response = client.post(NEW, fields(stored=str(former.master_id), platforms=["tiktok"]))
    assert response.status_code == 302
    worked_off()
    again = found(team, sessions_of(team)[-1])
    assert (again.state, again.width) == ("done", former.width)
    assert page_client(team.charlie).get(f"{NEW}?again={former.pk}").status_code == 200
    assert "On the pier" not in text_of(page_client(team.charlie).get(f"{NEW}?again={former.pk}"))


def test_team_mates_see_a_session_viewers_change_nothing_strangers_see_nothing(team: Team) -> None:
    session = made(team, platforms=["x"])
    file = files_of(session)[0].name
    shown = [page_of(session), page_of(session, "session_live"), page_of(session, "archive")]
    shown.append(page_of(session, "file", file))
    changes = [page_of(session, one) for one in ("cancel", "retry", "delete")] + [page_of(session, "platform", "x.com")]
    for path in shown:
        for user in (team.alice, team.bob, team.viewer):
            answer = page_client(user).get(path)
            assert answer.status_code in {200, 286}, path
            answer.close()
        assert page_client(team.charlie).get(path).status_code == 404
    for path in changes:
        assert page_client(team.viewer).post(path).status_code == 403
        assert page_client(team.charlie).post(path).status_code == 404
    text = text_of(page_client(team.viewer).get(page_of(session)))
    assert "Copy caption" in text
    assert [one for one in ("Adjust the crop", "Use again", "x-save", "data-confirm=") if one in text] == []
    assert page_client(team.viewer).get(NEW).status_code == 403


def test_a_page_gets_only_the_pieces_that_it_does_not_have(team: Team) -> None:
    session = begun(team)
    client, live = page_client(team.bob), page_of(session, "session_live")
    seen = re.findall(r'name="seen"\s+value="([^"]+)"', client.get(page_of(session)).content.decode())
    assert len(seen) == 2 * 3 + 4
    still = client.get(live, {"seen": seen})
    assert (still.status_code, b"hx-swap-oob" in still.content) == (200, False)
    worked_off()
    ready = client.get(live, {"seen": seen})
    assert ready.status_code == 286
    assert ready.content.count(b"hx-swap-oob") == 2 * 3 + 3
    fresh = re.findall(r'name="seen"\s+value="([^"]+)"', ready.content.decode())
    assert b"hx-swap-oob" not in client.get(live, {"seen": [*fresh, *seen]}).content


def test_words_are_saved_with_their_limits_and_a_refusal_keeps_all_of_them(team: Team) -> None:
    session = made(team, platforms=["x"])
    client, path = page_client(team.bob), page_of(session, "platform", "x.com")
    saved = client.post(
        path, {"caption": "Blue", "hashtags": "#Cup sea", "alt_text": "A cup"}, headers={"HX-Request": "true"}
    )
    assert "Saved" in text_of(saved)
    output = _output(team, session)
    assert (output.caption, output.hashtags, output.edited) == ("Blue", ["cup", "sea"], True)
    typed = {"caption": "é" * 281, "hashtags": "#new", "alt_text": "Other"}
    for headers, status in (({"HX-Request": "true"}, 200), ({}, 422)):
        refused = client.post(path, typed, headers=headers)
        assert refused.status_code == status
        text = text_of(refused)
        assert "281 characters" in text
        assert "Other" in text
        assert "#new" in text
    assert _output(team, session).caption == "Blue"
    assert client.post(path, {"caption": "Red"}).status_code == 302
    counted = client.post(
        reverse("optimizer:count"), {"platform": "x.com", "kind": "caption", "text": "a https://a.example/b"}
    )
    assert counted.content == b"25"


def _output(team: Team, session: Optimization) -> PlatformOutput:
    with workspace_scope(team.workspace.id):
        return PlatformOutput.objects.get(optimization=session, platform="x.com")


def test_the_crop_is_moved_left_to_itself_and_refused_in_words(team: Team) -> None:
    session = made(team, platforms=["x"])
    client, path = page_client(team.bob), page_of(session, "platform", "x.com")
    given = {"what": "framing", "focus_x": "80", "focus_y": "25", "fit": "crop", "size": "square"}
    assert client.post(path, given).status_code == 302
    output = _output(team, session)
    assert (output.focus_x, output.focus_y, output.format_key, output.state) == (0.8, 0.25, "square", "running")
    worked_off()
    client.post(path, given | {"auto": "1", "size": ""})
    output = _output(team, session)
    assert (output.focus_x, output.format_key) == (None, "")
    worked_off()
    for wrong in ({"focus_x": ""}, {"focus_y": "101"}, {"size": "huge"}, {"fit": "bend"}):
        answer = client.post(path, given | wrong, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert re.search(r'role="alert">[^<]+', text_of(answer)), wrong
        assert _output(team, session).state == "done"


def test_what_is_deleted_is_asked_for_twice(team: Team) -> None:
    session = begun(team, platforms=["x"])
    client = page_client(team.bob)
    asked = client.post(page_of(session, "delete"))
    assert asked.status_code == 200
    assert "Delete this session?" in text_of(asked)
    assert len(sessions_of(team)) == 1
    assert client.post(page_of(session, "delete"), {"confirmed": "1"}).status_code == 302
    assert sessions_of(team) == []
    with workspace_scope(team.workspace.id):
        assert not Job.objects.filter(state="pending").exists()


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code in {200, 286}
    return len(asked)


def test_pages_ask_no_more_for_many_sessions_and_platforms_than_for_one(team: Team) -> None:
    client = page_client(team.bob)
    one = made(team, platforms=["x"])
    first = queries(client, reverse("optimizer:sessions")), queries(client, page_of(one))
    for number in range(4):
        begun(team, description=f"Number {number}")
    every = made(team, platforms=["all"])
    assert len(sessions_of(team)) == 6
    assert queries(client, reverse("optimizer:sessions")) <= first[0]
    assert queries(client, page_of(every)) <= first[1]
    assert queries(client, page_of(every, "session_live")) <= first[1]
    assert first[0] < 25
    assert first[1] < 25


def test_every_size_of_the_platform_table_has_its_place_in_the_styles(settings: Any, team: Team) -> None:
    styles = (settings.BASE_DIR / "aura" / "static" / "aura" / "optimizer.css").read_text()
    assert {f".au-r-{row.width}x{row.height}" for row in table()} <= set(re.findall(r"\.au-r-\d+x\d+", styles))


def test_a_page_loads_little_script_of_its_own(settings: Any, team: Team) -> None:
    client, session = page_client(team.bob), begun(team)
    scripts = settings.BASE_DIR / "aura" / "static" / "aura"
    for path in (reverse("optimizer:sessions"), NEW, page_of(session)):
        names = re.findall(r'<script src="[^"]*/aura/(\w+)[.\w]*\.js"', client.get(path).content.decode())
        assert {"theme", "aura", "confirm"} <= set(names)
        assert sum((scripts / f"{name}.js").stat().st_size for name in names) <= MOST_SCRIPT, path


def test_the_form_offers_every_choice_and_begins_with_the_usual_ones(team: Team) -> None:
    form, usual = NewForm(), Choices(platforms=())
    for name in ("mode", "output_format", "fit", "hashtag_preset", "language", "writer", "photography", "maker"):
        assert form.fields[name].initial == getattr(usual, name)
    session = found(team, begun(team))
    assert [card.label for card in cards(session)] == ["Instagram", "X"]


def test_pictures_of_one_set_are_compared_and_too_many_are_refused(team: Team) -> None:
    client = page_client(team.bob)
    others = [upload(encoded(quarters(400 + number, 400)), f"{number}.jpg") for number in range(4)]
    refused = client.post(NEW, fields() | {"picture": upload(), "others": others})
    assert "At most 3 pictures" in text_of(refused)
    for one in others:
        one.seek(0)
    assert client.post(NEW, fields() | {"picture": upload(), "others": others[:2]}).status_code == 302
    (session,) = sessions_of(team)
    with workspace_scope(team.workspace.id):
        assert session.compared.count() == 2


def test_one_photograph_is_stopped_and_made_again(team: Team) -> None:
    session = photographing.begun(team, styles=["macro", "solid_background"], platforms=["x"])
    worked_off()
    client = page_client(team.bob)
    with workspace_scope(team.workspace.id):
        ProductPhoto.objects.filter(style="macro").update(state="failed", error="The model was away.", picture=None)
    text = text_of(client.get(page_of(session)))
    assert "The model was away." in text
    retry = page_of(session, "retry_photo", "macro")
    assert retry in text
    assert client.post(page_of(session, "cancel_photo", "macro")).status_code == 302
    assert client.post(retry).status_code == 302
    with workspace_scope(team.workspace.id):
        assert ProductPhoto.objects.get(style="macro").state == "queued"
    assert client.post(page_of(session, "retry_photo", "dark_and_moody")).status_code == 404
