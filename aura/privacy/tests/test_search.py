"""M13: the search after an erasure relies on nobody's declaration, and says where it still found somebody."""

from pathlib import Path
from typing import Any

import pytest

from audience.tests import factories
from aura.jobs.models import Job
from aura.privacy import jobs
from aura.privacy.models import ErasureRequest, State
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_what_nobody_cleaned_fails_the_erasure_by_name(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "cleaned_models", list)
    with workspace_scope(team.workspace.id):
        factories.comment(text="hello @maria.brews")
        erasure = jobs.start_erasure(Identifiers.of("maria.brews"), user_id=None)
    drain(retries=True)
    with workspace_scope(team.workspace.id):
        erasure.refresh_from_db()
        assert (erasure.state, erasure.proof) == (State.FAILED, "")
        assert "audience_comment.text" in erasure.error
        assert erasure.sealed
        assert Job.objects.get().error_code == "erasure_incomplete"


def test_a_changed_key_is_said_and_not_tried_again(team: Team, settings: Any) -> None:
    with workspace_scope(team.workspace.id):
        erasure = jobs.start_erasure(Identifiers.of("maria.brews"), user_id=None)
    settings.AURA_PRIVACY_KEY = "another one"
    drain()
    with workspace_scope(team.workspace.id):
        found = ErasureRequest.objects.get(pk=erasure.pk)
        assert (found.state, Job.objects.get().attempts) == (State.FAILED, 1)
        assert "AURA_PRIVACY_KEY was changed" in found.error
