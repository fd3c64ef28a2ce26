"""Whatever the schema allows, and what it forbids, is answered without a fault of ours and as the schema says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rest_framework_simplejwt.tokens import AccessToken
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from audience.models import Run
from audience.tests import factories
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.wsgi import application
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import Choices

ROOT = Path(__file__).resolve().parents[2]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
ROLES = ("alice", "viewer")
SCHEMA = schemathesis.openapi.from_dict(yaml.safe_load((ROOT / "openapi.yaml").read_text()))
SCHEMA.app = application
FOUND = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]
OPERATIONS = {f"{one.method.upper()} {one.path}": one for one in FOUND if not one.path.endswith("/health")}
BOUNDED = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests leave the test's transaction open, as with Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def rows(team: Team, one_connection: None, settings: Any) -> dict[str, str]:
    """One row of most things, by the word in the path that leads to it; and no limit to how often one may ask."""
    settings.AURA_LIMITS = dict.fromkeys(settings.AURA_LIMITS, 1_000_000)
    with workspace_scope(team.workspace.id):
        account = factories.account()
        person = factories.commenter()
        factories.comment(factories.post(account), person)
        run = Run.objects.create(workspace=team.workspace, account=account, state=Run.State.FAILED)
        job = Job.objects.create(workspace=team.workspace, kind="test.none", lane="bulk", state="dead", error_code="x")
        options = Choices(("instagram",)).as_data()
        session = Optimization.objects.create(workspace=team.workspace, name="cup.jpg", state="failed", options=options)
        PlatformOutput.objects.create(workspace=team.workspace, optimization=session, platform="instagram", number=0)
    known = {"accounts": str(account.pk), "optimize": str(session.pk)}
    return known | {"runs": str(run.pk), "jobs": str(job.pk), "commenters": str(person.pk)}


# What schemathesis uploads it leaves open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_keeps_to_the_schema(name: str, role: str, team: Team, rows: dict[str, str]) -> None:
    operation = OPERATIONS[name]
    headers = {"Authorization": f"Bearer {AccessToken.for_user(getattr(team, role))}"}
    known = next((rows[part] for part in reversed(operation.path.split("/")) if part in rows), None)
    modes = st.one_of(operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE))

    @seed(1)
    @BOUNDED
    @given(case=modes, real=st.booleans(), mine=st.booleans())
    def ask(case: Any, real: bool, mine: bool) -> None:
        if real and known and "{" in operation.path:
            case.path_parameters = dict.fromkeys(case.path_parameters, known)
        if mine:
            case.headers = {key: value for key, value in (case.headers or {}).items() if key != "X-Workspace"}
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)

    ask()
