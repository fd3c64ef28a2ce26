"""Compliments are ordered, written by this machine, guarded, limited, changed and written again (C3, C4, C5, C6)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Membership
from aura.http.problems import Problem
from aura.jobs.models import Job
from aura.privacy import services as privacy
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team, page_client
from compliments import jobs
from compliments.models import Compliment, InstagramPost, Writing
from compliments.services import voices, writers
from compliments.services import writing as orders
from compliments.tests import factories

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
API = "/api/v1/compliments"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def worked_off() -> None:
    for _ in range(50):
        make_due()
        if not drain():
            break


def ordered(team: Team, **values: Any) -> Writing:
    """An order about a downloaded post, worked off."""
    with workspace_scope(team.workspace.id):
        writing = jobs.start_writing(factories.post(), values)
    worked_off()
    return found(team, writing)


def found(team: Team, writing: Writing) -> Writing:
    with workspace_scope(team.workspace.id):
        return Writing.objects.select_related("post").prefetch_related("compliments").get(pk=writing.pk)


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
    return client


def test_this_machine_writes_three_different_texts_about_the_pictures_and_says_so(team: Team) -> None:
    writing = ordered(team, style="poetic", variations=3)
    texts = list(writing.compliments.all())
    assert writing.state == "done"
    assert writing.model == "local:writer"
    assert len({one.text for one in texts}) == 3
    assert all(sum(one.tones.values()) == 100 and one.verdict == "ok" for one in texts)
    assert all(ref["image"] in {0, 1} for one in texts for ref in one.references)


def test_an_order_waits_for_the_download_of_its_post_and_ends_with_it(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        post = factories.post(state=InstagramPost.State.DOWNLOADING)
        writing = jobs.start_writing(post, {})
        assert writing.stage == "downloading"
        assert not Job.objects.filter(kind="compliments.write").exists()
        InstagramPost.objects.filter(pk=post.pk).update(state="downloaded")
        jobs.after_download(InstagramPost.objects.get(pk=post.pk))
    worked_off()
    assert found(team, writing).state == "done"


def test_an_order_fails_with_the_download_of_its_post(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        post = factories.post(state=InstagramPost.State.DOWNLOADING)
        writing = jobs.start_writing(post, {})
        InstagramPost.objects.filter(pk=post.pk).update(state="failed", error_code="post_not_found", error="Gone.")
        jobs.after_download(InstagramPost.objects.get(pk=post.pk))
    ended = found(team, writing)
    assert (ended.state, ended.error_code, ended.error) == ("failed", "post_not_found", "Gone.")


def test_nothing_is_written_about_somebody_who_objects(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        post = factories.post(author="shy.one")
        privacy.add_opt_out(privacy.identify("shy.one"), user_id=None)
        with pytest.raises(Problem) as refused:
            jobs.start_writing(post, {})
    assert refused.value.get_codes() == "do_not_process"


def test_who_objects_after_the_order_is_not_written_about(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        writing = jobs.start_writing(factories.post(author="shy.one"), {})
        privacy.add_opt_out(privacy.identify("shy.one"), user_id=None)
    worked_off()
    ended = found(team, writing)
    assert (ended.state, ended.error_code) == ("failed", "do_not_process")
    assert not ended.compliments.all()


def test_an_author_gets_no_more_than_the_limit(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        voices.set_limit(Membership.objects.get(user=team.alice), most=3, days=7)
    assert ordered(team, variations=3).state == "done"
    with workspace_scope(team.workspace.id), pytest.raises(Problem) as refused:
        jobs.start_writing(factories.post(), {"variations": 1})
    assert refused.value.get_codes() == "compliment_limit"


def test_new_texts_differ_from_those_that_are_there(team: Team) -> None:
    first = ordered(team, variations=5)
    with workspace_scope(team.workspace.id):
        again = jobs.start_writing(first.post, {"variations": 5, "again_of": first})
    worked_off()
    before = {one.text for one in first.compliments.all()}
    after = {one.text for one in found(team, again).compliments.all()}
    assert after
    assert not before & after


def test_a_text_that_the_guard_refuses_is_kept_without_its_words(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = writers.local_writer()
    write = type(writer).write

    def rude(self: Any, brief: Any) -> Any:
        made = write(self, brief)
        bad = [one.__class__(f"{one.text} https://evil.example", one.tones, one.references) for one in made.compliments]
        return made.__class__(**{name: getattr(made, name) for name in made.__slots__} | {"compliments": tuple(bad)})

    monkeypatch.setattr(type(writer), "write", rude)
    writing = ordered(team, variations=2)
    assert (writing.state, writing.error_code) == ("failed", "all_refused")
    assert {(one.text, one.written, one.verdict) for one in writing.compliments.all()} == {("", "", "refused")}
    assert all("link" in one.reasons for one in writing.compliments.all())


def test_a_stopped_order_can_be_written_after_all(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        writing = jobs.start_writing(factories.post(), {})
        assert jobs.cancel_writing(writing)
    worked_off()
    assert found(team, writing).state == "cancelled"
    with workspace_scope(team.workspace.id):
        jobs.try_again(Writing.objects.select_related("post").get(pk=writing.pk))
    worked_off()
    assert found(team, writing).state == "done"


def test_what_a_person_makes_of_a_text_is_kept_beside_what_was_written(team: Team) -> None:
    text = ordered(team).compliments.first()
    assert text is not None
    with workspace_scope(team.workspace.id):
        orders.change(text, {"text": "What a morning!", "rating": 5, "favourite": True})
        kept = Compliment.objects.get(pk=text.pk)
    assert (kept.text, kept.rating, kept.favourite) == ("What a morning!", 5, True)
    assert kept.written not in {"", kept.text}
    assert kept.edited_at is not None


def test_the_api_orders_shows_changes_and_writes_again(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        post = factories.post()
    client = client_of(team.bob)
    body = {"post": str(post.pk), "style": "witty", "language": "en", "length": "short", "variations": 2}
    started = client.post(API, body, format="json", headers={"Idempotency-Key": "one"})
    again = client.post(API, body, format="json", headers={"Idempotency-Key": "one"})
    assert (started.status_code, again.json()) == (202, started.json())
    worked_off()
    shown = client.get(started.json()["status_url"]).json()
    assert (shown["status"], shown["style"], len(shown["texts"])) == ("done", "witty", 2)
    assert shown["text"] == shown["texts"][0]["text"]
    changed = client.patch(started.json()["status_url"], {"number": 2, "rating": 4, "favourite": True}, format="json")
    assert changed.json()["texts"][1]["rating"] == 4
    assert client.get(f"{API}?favourite=true").json()["results"][0]["id"] == shown["id"]
    assert client.get(f"{API}?q=zzzz").json()["results"] == []
    more = client.post(f"{API}/{shown['id']}/regenerate", {"style": "poetic"}, format="json")
    worked_off()
    written = client.get(more.json()["status_url"]).json()
    assert (written["style"], written["post"], written["status"]) == ("poetic", str(post.pk), "done")


@pytest.mark.parametrize(
    "wrong",
    [{}, {"style": "rude"}, {"variations": 6}, {"variations": 0}, {"language": "xx"}, {"preset": "0" * 32}],
    ids=str,
)
def test_a_wrong_order_is_told_what_is_wrong(team: Team, wrong: dict[str, Any]) -> None:
    with workspace_scope(team.workspace.id):
        post = factories.post(pictures=0)
    body = {"post": str(post.pk)} | wrong if wrong else {}
    answer = client_of(team.bob).post(API, body, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")


def test_a_stranger_sees_nothing_and_a_viewer_orders_nothing(team: Team) -> None:
    writing = ordered(team)
    with workspace_scope(team.workspace.id):
        post = factories.post(pictures=0)
    assert client_of(team.charlie).get(f"{API}/{writing.pk}").status_code == 404
    assert client_of(team.charlie).post(API, {"post": str(post.pk)}, format="json").status_code == 400
    assert client_of(team.viewer).post(API, {"post": str(post.pk)}, format="json").status_code == 403
    assert client_of(team.viewer).get(f"{API}/{writing.pk}").status_code == 200


def test_the_pages_show_the_texts_and_take_edits(team: Team) -> None:
    writing = ordered(team, variations=2)
    text = writing.compliments.first()
    assert text is not None
    page: Client = page_client(team.bob)
    shown = page.get(f"/compliments/posts/{writing.post_id}/").content.decode()
    assert text.text.split("\n")[0][:30].replace("'", "&#x27;") in shown
    edited = page.post(f"/compliments/{writing.pk}/{text.number}/edit/", {"text": "Simply lovely."})
    assert edited.status_code == 302
    page.post(f"/compliments/{writing.pk}/{text.number}/mark/", {"favourite": "1"})
    page.post(f"/compliments/{writing.pk}/{text.number}/mark/", {"rating": "5"})
    shelf = page.get("/compliments/library/?favourites=on&rating=5").content.decode()
    assert "Simply lovely." in shelf
    assert "Simply lovely." not in page_client(team.charlie).get("/compliments/library/").content.decode()


def test_pictures_are_uploaded_on_the_page_and_written_about(team: Team) -> None:
    page = page_client(team.bob)
    files = [SimpleUploadedFile(f"{n}.jpg", factories.picture_bytes(n * 50), "image/jpeg") for n in (1, 2)]
    values = {"style": "supportive", "language": "en", "length": "medium", "variations": 1, "writer": "auto"}
    sent = page.post("/compliments/", values | {"images": files, "caption": "Two mornings"})
    assert sent.status_code == 302
    worked_off()
    shown = page.get(sent["Location"]).content.decode()
    assert "2 of 2" in shown
    assert "Written by this machine" in shown


def test_the_home_page_asks_for_one_of_both_an_address_or_pictures(team: Team) -> None:
    page = page_client(team.bob)
    values = {"style": "supportive", "language": "en", "length": "medium", "variations": 1, "writer": "auto"}
    empty = page.post("/compliments/", values)
    wrong = page.post("/compliments/", values | {"url": "https://example.org/p/abc/"})
    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert "Give the address of a post" in empty.content.decode()


def test_voices_are_kept_and_their_names_are_unique(team: Team) -> None:
    page = page_client(team.bob)
    values = {"name": "Bakery", "description": "Warm", "examples": "Good morning!\nWarm bread.", "avoid": "cheap"}
    assert page.post("/compliments/voices/", values).status_code == 302
    assert page.post("/compliments/voices/", values | {"name": "bakery"}).status_code == 422
    presets = client_of(team.bob).get(f"{API}/presets").json()["results"]
    assert presets[0]["examples"] == ["Good morning!", "Warm bread."]
