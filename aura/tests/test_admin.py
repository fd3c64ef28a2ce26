"""Django admin: staff see every workspace through the staff role, each visit is on record, dead jobs go again."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from audience.models import Commenter, Run
from audience.tests import factories
from aura.jobs.models import Job, State
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.fixtures import Team, page_client

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
OWN = sorted(
    (model for model in admin.site._registry if model._meta.app_label in {"accounts", "audience", "jobs", "webhooks"}),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def staff(team: Team) -> Client:
    """A signed-in member of staff, with one row of most things in the workspace “north”."""
    with workspace_scope(team.workspace.id):
        account = factories.account()
        factories.comment(factories.post(account), factories.commenter())
        Run.objects.create(workspace=team.workspace, account=account)
        Job.objects.create(workspace=team.workspace, kind="test.none", lane="bulk", state=State.DEAD, error_code="x")
    return page_client(User.objects.create_superuser("staff@example.org"))


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_staff_open_every_list_and_every_row(staff: Client, model: type) -> None:
    meta = model._meta  # type: ignore[attr-defined]
    name = f"admin:{meta.app_label}_{meta.model_name}"
    response = staff.get(reverse(f"{name}_changelist"))
    assert response.status_code == 200
    with staff_scope("test"):
        row = model.objects.first()  # type: ignore[attr-defined]
    if row is not None:
        assert staff.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_each_visit_is_on_record(staff: Client) -> None:
    staff.get("/admin/audience/commenter/")
    with staff_scope("test"):
        entry = AuditEntry.objects.latest("created_at")
    assert (entry.action, entry.target) == ("staff.admin", "/admin/audience/commenter/")


def test_staff_let_a_dead_job_go_again_and_stop_it(staff: Client) -> None:
    with staff_scope("test"):
        job = Job.objects.get()
    where = reverse("admin:jobs_job_changelist")
    staff.post(where, {"action": "requeue", "_selected_action": [str(job.pk)]})
    with staff_scope("test"):
        assert Job.objects.get().state == State.PENDING
    staff.post(where, {"action": "cancel", "_selected_action": [str(job.pk)]})
    with staff_scope("test"):
        assert Job.objects.get().state == State.CANCELLED


def test_what_a_model_thinks_of_one_person_is_not_in_admin(staff: Client) -> None:
    with staff_scope("test"):
        person = Commenter.objects.get()
    page = staff.get(reverse("admin:audience_commenter_change", args=[person.pk])).content.decode()
    assert person.username in page
    assert "woman" not in page
    assert "25-34" not in page
