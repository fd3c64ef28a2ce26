"""A page of running work in a real browser: renewed at once by the socket, and by polling where the socket is cut."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from accounts.models import User
from accounts.services import create_sign_in_link
from audience.models import Run
from audience.tests import factories
from aura.jobs import claims
from aura.jobs.claims import Claim
from aura.jobs.models import Job, State
from aura.jobs.tests.kinds import begin
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import Tab
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]
NewTab = Callable[..., Tab]
SOCKET = "**/ws/progress/**"
# Milliseconds; less than the pause between two polls while the socket is up.
BY_SOCKET = 8000


def sign_in(tab: Tab, site: str, user: User, path: str) -> None:
    """Come in by a one-time link that leads to ``path``."""
    link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=path)])
    tab.page.goto(site + link)


def take(job: Job) -> Claim:
    """Claim a job as a worker does, without a queue."""
    assert job.workspace_id
    with workspace_scope(job.workspace_id):
        Job.objects.filter(pk=job.pk).update(state=State.QUEUED)
    claim = claims.take(job.pk, job.workspace_id, 1, "test")
    assert claim
    return claim


def say(claim: Claim, step: str, done: int) -> None:
    """Write progress as a worker does."""
    with claim.scope():
        Job.objects.filter(pk=claim.job_id).update(step=step, done=done, total=10)
        claim.changed()


def end(claim: Claim) -> None:
    """End the job as a worker does."""
    with claim.scope():
        assert claims.finish(claim, {"step": "Read", "done": 10, "total": 10, "cost": 0}, None)


def count_renewals(page: Page, path: str) -> list[str]:
    """The requests for the part that is renewed, as they go out."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(path) else None)
    return asked


def wait_for(page: Page, expression: str) -> None:
    """Wait until an expression is true; the content policy forbids Playwright's own way, which is eval."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression} did not become true")


def wait_for_socket(page: Page) -> None:
    """Wait until the socket is open and its first state has been shown."""
    wait_for(page, "live.up")
    page.wait_for_timeout(600)


def test_the_page_follows_a_job_by_the_socket(team: Team, site: str, new_tab: NewTab) -> None:
    tab, job = new_tab(), begin(team.workspace)
    asked = count_renewals(tab.page, reverse("jobs:fragment", args=[job.pk]))
    sign_in(tab, site, team.bob, reverse("jobs:detail", args=[job.pk]))
    wait_for_socket(tab.page)
    claim = take(job)
    for number in (3, 7):
        say(claim, "Read", number)
        expect(tab.page.get_by_text(f"{number} of 10")).to_be_visible(timeout=BY_SOCKET)
    before = len(asked)
    tab.page.wait_for_timeout(4500)
    assert len(asked) == before, "it polls although the socket is up"
    tab.check()
    end(claim)
    expect(tab.page.locator("#job").get_by_text("Finished")).to_be_visible(timeout=BY_SOCKET)
    wait_for(tab.page, "live.socket === null")
    tab.check()


def test_the_page_of_a_run_follows_its_jobs(team: Team, site: str, new_tab: NewTab) -> None:
    with workspace_scope(team.workspace.pk):
        account = factories.account(username="northroast")
        run = Run.objects.create(workspace=team.workspace, account=account, state=Run.State.RUNNING)
    job = begin(team.workspace, subject=str(run.pk))
    tab = new_tab()
    sign_in(tab, site, team.bob, reverse("audience:run", args=[run.pk]))
    wait_for_socket(tab.page)
    with workspace_scope(team.workspace.pk):
        Run.objects.filter(pk=run.pk).update(state=Run.State.CANCELLED)
    end(take(job))
    expect(tab.page.get_by_role("heading", name="Analysis stopped")).to_be_visible(timeout=BY_SOCKET)
    assert not tab.errors


def test_without_a_socket_the_page_polls(team: Team, site: str, new_tab: NewTab) -> None:
    tab, job = new_tab(), begin(team.workspace)
    tab.page.route_web_socket(SOCKET, lambda route: route.close(code=1011))
    sign_in(tab, site, team.bob, reverse("jobs:detail", args=[job.pk]))
    claim = take(job)
    say(claim, "Read", 4)
    expect(tab.page.get_by_text("4 of 10")).to_be_visible(timeout=8000)
    end(claim)
    expect(tab.page.locator("#job").get_by_text("Finished")).to_be_visible(timeout=8000)
    assert not tab.errors


def test_a_socket_that_is_cut_in_the_middle_is_replaced_and_nothing_is_missed(
    team: Team, site: str, new_tab: NewTab
) -> None:
    tab, job = new_tab(), begin(team.workspace)
    opened: list[WebSocketRoute] = []

    def connect(route: WebSocketRoute) -> None:
        route.connect_to_server()
        opened.append(route)

    tab.page.route_web_socket(SOCKET, connect)
    sign_in(tab, site, team.bob, reverse("jobs:detail", args=[job.pk]))
    wait_for_socket(tab.page)
    claim = take(job)
    # Nothing but the socket renews the page here.
    tab.page.evaluate(
        "document.addEventListener('htmx:confirm', (e) => e.detail.triggeringEvent || e.preventDefault())"
    )
    opened[0].close(code=1011)
    end(claim)
    expect(tab.page.locator("#job").get_by_text("Finished")).to_be_visible(timeout=8000)
    assert len(opened) == 2


def test_a_change_during_a_slow_renewal_is_shown_after_it(team: Team, site: str, new_tab: NewTab) -> None:
    tab, job = new_tab(), begin(team.workspace)
    sign_in(tab, site, team.bob, reverse("jobs:detail", args=[job.pk]))
    wait_for_socket(tab.page)
    claim = take(job)
    tab.page.wait_for_timeout(600)

    fetched: list[int] = []

    def slowly(route: Route) -> None:
        answer = route.fetch()
        fetched.append(answer.status)
        tab.page.wait_for_timeout(900)
        route.fulfill(response=answer)

    tab.page.route(f"**{reverse('jobs:fragment', args=[job.pk])}", slowly, times=1)
    say(claim, "Read", 5)
    while not fetched:
        tab.page.wait_for_timeout(20)
    end(claim)
    expect(tab.page.locator("#job").get_by_text("Finished")).to_be_visible(timeout=8000)
