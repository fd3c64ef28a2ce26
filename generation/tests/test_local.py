"""Without any key a prompt becomes a labelled placeholder in Aura's storage, by the API and the pages (G1, G4, G5)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from aura.jobs.models import Job
from aura.media import services as media
from aura.media.models import Picture
from aura.providers.provenance import read as read_provenance
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team, page_client
from aura.webhooks.models import WebhookEvent
from aura.webhooks.tests import factories as hooks
from generation import jobs
from generation.models import GeneratedImage, Generation

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
ORDER = {"prompt": "a paper boat on a lake", "aspect": "4:5", "count": 2, "seed": 7}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def worked_off() -> None:
    for _ in range(50):
        make_due()
        if not drain():
            break


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
    return client


def made(team: Team, **values: Any) -> Generation:
    """An order, worked off."""
    with workspace_scope(team.workspace.id):
        generation, _ = jobs.start_generation({"prompt": "a paper boat", "provider": "local"} | values)
    worked_off()
    with workspace_scope(team.workspace.id):
        return Generation.objects.prefetch_related("images__picture").get(pk=generation.pk)


def test_a_prompt_becomes_pictures_that_say_where_they_came_from(team: Team) -> None:
    generation = made(team, count=2, seed=7, aspect="4:5")
    images = list(generation.images.all())
    assert (generation.state, generation.maker, generation.placeholder) == ("done", "local:composer", True)
    assert [one.number for one in images] == [1, 2]
    assert len({one.picture.sha256 for one in images}) == 2
    with workspace_scope(team.workspace.id):
        inside = read_provenance(media.read(images[0].picture))
    assert inside is not None
    assert (inside.prompt, inside.provider, inside.placeholder) == ("a paper boat", "local", True)
    assert round(images[0].picture.width / images[0].picture.height, 2) == 0.8


def test_the_seed_s_calls_work_in_their_order(team: Team) -> None:
    client = client_of(team.bob)
    started = client.post("/api/v1/generate", ORDER, format="json", headers={"Idempotency-Key": "k"})
    again = client.post("/api/v1/generate", ORDER, format="json", headers={"Idempotency-Key": "k"})
    assert (started.status_code, again.json(), again["Idempotent-Replayed"]) == (202, started.json(), "true")
    job_id = started.json()["job_id"]
    waiting = client.get(f"/api/v1/status/{job_id}").json()
    assert (waiting["status"], waiting["generation"]["images"]) == ("queued", [])
    worked_off()
    done = client.get(f"/api/v1/status/{job_id}").json()
    assert (done["status"], len(done["generation"]["images"])) == ("done", 2)
    listed = client.get("/api/v1/jobs?kind=generation.make").json()["results"]
    assert [one["id"] for one in listed] == [job_id]
    image = done["generation"]["images"][0]
    assert client.get(image["url"]).status_code == 200
    assert client_of(team.charlie).get(image["url"]).status_code == 404
    assert client_of(team.charlie).get(f"/api/v1/status/{job_id}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": ""},
        {"count": 9},
        {"aspect": "7:1"},
        {"size": "10x10000", "aspect": None},
        {"size": "1080x1350"},
        {"seed": -1},
        {"model": "x/y"},
        {"provider": "gemini", "model": "../../etc"},
        {"reference": "00000000-0000-0000-0000-000000000000"},
    ],
    ids=str,
)
def test_a_wrong_order_is_told_what_is_wrong(team: Team, wrong: dict[str, Any]) -> None:
    body = {key: value for key, value in (ORDER | wrong).items() if value is not None}
    answer = client_of(team.bob).post("/api/v1/generate", body, format="json")
    assert answer.status_code == 400, answer.content
    with workspace_scope(team.workspace.id):
        assert not Generation.objects.exists()


def test_a_size_may_stand_for_its_shape(team: Team) -> None:
    body = {"prompt": "a boat", "size": "1080x1350"}
    started = client_of(team.bob).post("/api/v1/generate", body, format="json").json()
    with workspace_scope(team.workspace.id):
        assert Generation.objects.get(pk=started["generation"]).aspect == "4:5"


def test_a_stopped_order_makes_nothing_and_can_be_made_after_all(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        generation, job = jobs.start_generation({"prompt": "a boat", "provider": "local"})
        assert jobs.cancel_generation(generation)
        assert not jobs.cancel_generation(generation)
    worked_off()
    with workspace_scope(team.workspace.id):
        assert Job.objects.get(pk=job.pk).state == "cancelled"
        assert not GeneratedImage.objects.exists()
    client = client_of(team.bob)
    assert client.post(f"/api/v1/jobs/{job.pk}/retry", format="json").status_code == 202
    worked_off()
    assert client.get(f"/api/v1/status/{job.pk}").json()["generation"]["status"] == "done"


def test_its_end_is_told_to_webhooks_without_the_prompt(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        hooks.endpoint(team.workspace, events=["generation.completed"])
    generation = made(team)
    with workspace_scope(team.workspace.id):
        event = WebhookEvent.objects.get(type="generation.completed")
    assert event.payload == {
        "id": str(generation.pk),
        "state": "done",
        "maker": "local:composer",
        "placeholder": True,
        "images": 1,
        "error": None,
    }
    assert "paper boat" not in str(event.payload)


def test_deleting_an_order_deletes_its_files(team: Team, tmp_path: Path) -> None:
    generation = made(team)
    assert [path for path in tmp_path.rglob("*") if path.is_file()]
    assert client_of(team.bob).delete(f"/api/v1/generations/{generation.pk}").status_code == 204
    with workspace_scope(team.workspace.id):
        assert not Picture.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_picture_of_one_s_own_can_be_started_from(team: Team) -> None:
    page = page_client(team.bob)
    first = made(team)
    with workspace_scope(team.workspace.id):
        data = media.read(first.images.all()[0].picture)
    order = {"prompt": "the same at night", "aspect": "1:1", "count": "1", "provider": "local"}
    sent = page.post("/generation/", order | {"reference": SimpleUploadedFile("a.png", data, "image/png")})
    assert sent.status_code == 302
    broken = page.post("/generation/", order | {"reference": SimpleUploadedFile("a.png", b"no picture", "image/png")})
    assert broken.status_code == 422
    worked_off()
    shown = page.get(sent["Location"]).content.decode()
    assert "a picture of yours" in shown
    assert "No image model has made it" in shown


def test_the_gallery_searches_marks_and_offers_prompts_again(team: Team) -> None:
    boat, tree = made(team, prompt="a red boat"), made(team, prompt="an old tree")
    page = page_client(team.bob)
    found = page.get("/generation/?q=boat").content.decode()
    assert f"generation-{boat.pk}" in found
    assert f"generation-{tree.pk}" not in found
    page.post(f"/generation/{tree.pk}/images/1/favourite/")
    favourites = page.get("/generation/?favourites=on").content.decode()
    assert f"generation-{tree.pk}" in favourites
    assert f"generation-{boat.pk}" not in favourites
    assert "an old tree</textarea>" in page.get(f"/generation/?again={tree.pk}").content.decode()
    assert "a red boat" not in page_client(team.charlie).get("/generation/").content.decode()


def test_a_viewer_looks_and_orders_nothing(team: Team) -> None:
    generation = made(team)
    viewer = page_client(team.viewer)
    assert viewer.get(f"/generation/{generation.pk}/").status_code == 200
    assert "Make it" not in viewer.get("/generation/").content.decode()
    order = {"prompt": "x", "aspect": "1:1", "count": "1", "provider": "local"}
    assert viewer.post("/generation/", order).status_code == 403
    with workspace_scope(team.workspace.id):
        assert Generation.objects.count() == 1
    assert client_of(team.viewer).post("/api/v1/generate", ORDER, format="json").status_code == 403
