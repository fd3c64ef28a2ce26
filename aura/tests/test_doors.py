"""Every address, for each kind of person: what is not yours is a 404, what you may not do is a 403 (M3)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from audience.models import Commenter, Run, TrackedAccount
from audience.tests import factories
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

PEOPLE = ("alice", "bob", "viewer", "charlie", "nobody")


@dataclass(frozen=True, slots=True)
class World:
    """One row of everything in the workspace “north”."""

    team: Team
    account: TrackedAccount
    run: Run
    person: Commenter
    job: Job


@pytest.fixture
def world(team: Team) -> World:
    """An account with a finished and failed run, a classified person and a dead job."""
    with workspace_scope(team.workspace.id):
        account = factories.account(username="northroast")
        post = factories.post(account)
        person = factories.commenter()
        factories.comment(post, person)
        run = Run.objects.create(workspace=team.workspace, account=account, state=Run.State.DONE)
        job = Job.objects.create(workspace=team.workspace, kind="test.none", lane="bulk", state="dead", error_code="x")
    return World(team, account, run, person, job)


def _user(team: Team, name: str) -> User | None:
    return None if name == "nobody" else getattr(team, name)


def _page(team: Team, name: str) -> Client:
    user = _user(team, name)
    return page_client(user) if user else Client()


def _api(team: Team, name: str) -> APIClient:
    user = _user(team, name)
    return api_client(user) if user else APIClient()


PAGES: dict[str, Callable[[World], str]] = {
    "account": lambda w: reverse("audience:account", args=[w.account.username]),
    "demographics csv": lambda w: reverse("audience:account_export", args=[w.account.username, "demographics", "csv"]),
    "commenters csv": lambda w: reverse("audience:account_export", args=[w.account.username, "commenters", "csv"]),
    "run": lambda w: reverse("audience:run", args=[w.run.pk]),
    "run progress": lambda w: reverse("audience:run_progress", args=[w.run.pk]),
    "job": lambda w: reverse("jobs:detail", args=[w.job.pk]),
    "job progress": lambda w: reverse("jobs:fragment", args=[w.job.pk]),
}
READ = {"alice": (200, 286), "bob": (200, 286), "viewer": (200, 286), "charlie": (404,), "nobody": (302,)}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_about_an_object_is_for_its_workspace_only(world: World, page: str, who: str) -> None:
    response = _page(world.team, who).get(PAGES[page](world))
    assert response.status_code in READ[who], response.content[:500]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", ["home", "system", "audience:list", "audience:runs", "jobs:list"])
def test_a_list_shows_a_stranger_nothing_of_mine(world: World, name: str, who: str) -> None:
    response = _page(world.team, who).get(reverse(name))
    assert response.status_code == (302 if who == "nobody" else 200)
    if who == "charlie":
        assert b"northroast" not in response.content
        assert str(world.job.pk).encode() not in response.content


WRITES: dict[str, Callable[[World], str]] = {
    "import": lambda w: reverse("audience:import", args=[w.account.username]),
    "cancel run": lambda w: reverse("audience:cancel_run", args=[w.run.pk]),
    "resume run": lambda w: reverse("audience:resume_run", args=[w.run.pk]),
    "cancel job": lambda w: reverse("jobs:cancel", args=[w.job.pk]),
    "requeue job": lambda w: reverse("jobs:requeue", args=[w.job.pk]),
}
WRITE = {"alice": (302, 422), "bob": (302, 422), "viewer": (403,), "charlie": (404,), "nobody": (302,)}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("page", WRITES)
def test_a_page_that_changes_something_needs_an_analyst(world: World, page: str, who: str) -> None:
    response = _page(world.team, who).post(WRITES[page](world))
    assert response.status_code in WRITE[who], response.content[:500]
    if who == "nobody":
        assert reverse("accounts:sign_in") in response["Location"]


def _of_account(name: str) -> Callable[[World], str]:
    return lambda w: reverse(f"api:audience:{name}", args=[w.account.pk])


API_READS: dict[str, Callable[[World], str]] = {
    **{
        name: _of_account(name)
        for name in ("account", "demographics", "activity", "top_commenters", "posts", "comments", "commenters")
    },
    "run": lambda w: reverse("api:audience:run", args=[w.run.pk]),
    "job": lambda w: reverse("api:jobs:job", args=[w.job.pk]),
}
API_READ = {"alice": 200, "bob": 200, "viewer": 200, "charlie": 404, "nobody": 401}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("route", API_READS)
def test_an_object_in_the_api_is_for_its_workspace_only(world: World, route: str, who: str) -> None:
    response = _api(world.team, who).get(API_READS[route](world))
    assert response.status_code == API_READ[who], response.content[:500]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", ["api:audience:accounts", "api:audience:runs", "api:jobs:jobs"])
def test_a_list_in_the_api_holds_only_what_is_mine(world: World, name: str, who: str) -> None:
    response = _api(world.team, who).get(reverse(name))
    assert response.status_code == (401 if who == "nobody" else 200)
    if who != "nobody":
        assert len(response.json()["results"]) == (0 if who == "charlie" else 1)


API_WRITES: dict[str, Callable[[World], str]] = {
    "cancel run": lambda w: reverse("api:audience:run_cancel", args=[w.run.pk]),
    "resume run": lambda w: reverse("api:audience:run_resume", args=[w.run.pk]),
    "cancel job": lambda w: reverse("api:jobs:cancel", args=[w.job.pk]),
    "retry job": lambda w: reverse("api:jobs:retry", args=[w.job.pk]),
}
API_WRITE = {"alice": (202, 409), "bob": (202, 409), "viewer": (403,), "charlie": (404,), "nobody": (401,)}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("route", API_WRITES)
def test_an_action_in_the_api_needs_an_analyst(world: World, route: str, who: str) -> None:
    response = _api(world.team, who).post(API_WRITES[route](world))
    assert response.status_code in API_WRITE[who], response.content[:500]


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 204), ("bob", 403), ("viewer", 403), ("charlie", 404), ("nobody", 401)]
)
def test_only_an_admin_deletes_an_account(world: World, who: str, status: int) -> None:
    response = _api(world.team, who).delete(reverse("api:audience:account", args=[world.account.pk]))
    assert response.status_code == status


def test_another_workspace_named_in_the_header_is_a_404(world: World) -> None:
    response = api_client(world.team.charlie).get(reverse("api:audience:accounts"), headers={"X-Workspace": "north"})
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("name", ["healthz", "readyz", "api:health", "api:schema", "api:docs", "accounts:sign_in"])
def test_health_docs_and_sign_in_are_open(db: None, name: str) -> None:
    assert Client().get(reverse(name)).status_code == 200


def test_an_unknown_object_is_a_problem_with_a_stable_code(team: Team) -> None:
    response = api_client(team.alice).get(reverse("api:audience:run", args=[uuid4()]))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_admin_is_for_staff_only(world: World) -> None:
    assert page_client(world.team.alice).get("/admin/audience/commenter/").status_code == 302
    staff = User.objects.create_superuser("staff@example.org")
    response = page_client(staff).get("/admin/audience/commenter/")
    assert response.status_code == 200
    assert world.person.username.encode() in response.content
