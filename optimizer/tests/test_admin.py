"""Staff see sessions of all workspaces, and stop and retry them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from aura.jobs.models import Job
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.fixtures import Team, page_client
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import Choices

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
LIST = "admin:optimizer_optimization_changelist"


@pytest.fixture
def staff() -> Client:
    """A signed-in member of staff."""
    return page_client(User.objects.create_superuser("staff@example.org"))


@pytest.fixture
def session(team: Team) -> Optimization:
    """A failed session."""
    options = Choices(("instagram",)).as_data()
    values = {
        "name": "cup.jpg",
        "state": "failed",
        "error_code": "RATE_LIMIT",
        "source_url": "https://example.org/s3cret",
    }
    with workspace_scope(team.workspace.id):
        made = Optimization.objects.create(workspace=team.workspace, options=options, **values)
        PlatformOutput.objects.create(workspace=team.workspace, optimization=made, platform="instagram", number=0)
    return made


def test_staff_see_lists_and_rows_without_the_address_of_the_picture(staff: Client, session: Optimization) -> None:
    listed = staff.get(reverse(LIST)).content.decode()
    assert "0 of 1" in listed
    assert "RATE_LIMIT" in listed
    page = staff.get(reverse("admin:optimizer_optimization_change", args=[session.pk])).content.decode()
    assert f"{reverse('admin:jobs_job_changelist')}?q={session.pk}" in page
    assert "s3cret" not in page
    assert 'name="_save"' not in page
    with staff_scope("test"):
        output = PlatformOutput.objects.get()
    assert staff.get(reverse("admin:optimizer_platformoutput_changelist")).status_code == 200
    assert staff.get(reverse("admin:optimizer_platformoutput_change", args=[output.pk])).status_code == 200


def test_staff_let_a_session_go_again_and_stop_it(staff: Client, session: Optimization) -> None:
    where = reverse(LIST)
    for action, state in (("try_again", "queued"), ("cancel", "cancelled")):
        staff.post(where, {"action": action, "_selected_action": [str(session.pk)]})
        with staff_scope("test"):
            assert Optimization.objects.get().state == state
            job = Job.objects.get(kind="optimizer.render")
        assert job.workspace_id == session.workspace_id
    assert job.state == "cancelled"


def test_staff_without_the_right_have_no_actions(team: Team, session: Optimization) -> None:
    plain = User.objects.create_user("plain@example.org", is_staff=True)
    client = page_client(plain)
    client.post(reverse(LIST), {"action": "try_again", "_selected_action": [str(session.pk)]})
    with staff_scope("test"):
        assert Optimization.objects.get().state == "failed"
