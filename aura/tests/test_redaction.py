"""No secret and no personal text in a log, wherever it was put (M10)."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from audience.api.views import AccountList
from aura.jobs.context import JobContext
from aura.jobs.tests.kinds import begin, fresh
from aura.providers.errors import ProviderError
from aura.redaction import clean, clean_text, without_secrets
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.tests.planted import ALL, PLANTED, found_in


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the product's own handlers write, at the level INFO."""
    stream = io.StringIO()
    root = logging.getLogger()
    handler = logging.StreamHandler(stream)
    ours = next(h for h in root.handlers if type(h.formatter) is structlog.stdlib.ProcessorFormatter)
    handler.setFormatter(ours.formatter)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_what_is_looked_for_is_there_before() -> None:
    assert len(found_in(ALL)) == 17


@pytest.mark.parametrize("kind", PLANTED)
def test_each_kind_is_removed_from_a_text(kind: str) -> None:
    text = f"It said {PLANTED[kind]} and went on."
    assert found_in(text)
    assert not found_in(clean_text(text))
    assert clean_text(text).endswith(" and went on.") or kind == "cookie"


def test_a_log_of_structlog(written: io.StringIO) -> None:
    log = structlog.get_logger("aura.planted")
    log.warning(f"message {ALL}", extra_field=ALL, nested={"deep": [ALL, {ALL: 1}]}, raw=ALL.encode(), thing=Path(ALL))
    log.warning("by name", password="abc", api_key="def", email="x", username="y", Authorization="z", otp="123456")
    assert not found_in(written.getvalue())
    line = json.loads(written.getvalue().splitlines()[1])
    assert {line[name] for name in ("password", "api_key", "email", "username", "Authorization", "otp")} == {
        "[removed]"
    }


def test_a_log_of_the_standard_library(written: io.StringIO) -> None:
    log = logging.getLogger("some.library")
    log.warning("message %s", ALL, extra={"token": ALL, "other": ALL})
    try:
        raise ValueError(ALL) from KeyError(ALL)
    except ValueError:
        log.exception("failed with %r", ALL)
    assert written.getvalue().count("\n") == 2
    assert not found_in(written.getvalue())


def test_an_exception_and_its_cause(written: io.StringIO) -> None:
    try:
        try:
            raise KeyError(ALL)
        except KeyError as cause:
            raise RuntimeError(f"again {ALL}") from cause
    except RuntimeError:
        structlog.get_logger("aura.planted").exception("broke", detail=ALL)
    assert "RuntimeError" in written.getvalue()
    assert "test_redaction.py" in written.getvalue()
    assert not found_in(written.getvalue())


def test_a_request_by_path_query_and_headers(written: io.StringIO, team: Team) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(team.alice)
    headers = {"Authorization": ALL, "User-Agent": ALL, "Referer": ALL, "X-Request-Id": ALL, "X-Forwarded-For": ALL}
    client.get(f"/audience/@berta.beispiel/?q={ALL}", headers=headers)
    client.get(f"/nothing/{ALL}", headers=headers)
    client.post("/accounts/sign-in/", {"email": PLANTED["e-mail"], "password": "correct-horse"}, headers=headers)
    client.get(reverse("api:audience:accounts"), {"cursor": ALL}, headers=headers)
    with patch.object(AccountList, "get_queryset", side_effect=RuntimeError(ALL)):
        client.get(reverse("api:audience:accounts"))
    text = written.getvalue()
    assert text.count('"event": "request"') == 5
    assert '"event": "request_failed"' in text
    assert not found_in(text)


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_an_error_of_a_job_in_the_log_and_in_its_row(written: io.StringIO, team: Team) -> None:
    def unexpected(context: JobContext) -> None:
        raise RuntimeError(ALL)

    def refused(context: JobContext) -> None:
        raise ProviderError(f"The service said {PLANTED['bearer']} {PLANTED['openai']}", code="provider_error")

    jobs = [begin(team.workspace, unexpected), begin(team.workspace, refused)]
    drain(retries=True)
    assert '"event": "job_error"' in written.getvalue()
    assert not found_in(written.getvalue())
    rows = [fresh(job) for job in jobs]
    assert [row.state for row in rows] == ["dead", "dead"]
    assert not found_in(" ".join(row.error for row in rows))


@pytest.mark.django_db
def test_a_row_that_postgresql_repeats(written: io.StringIO, team: Team) -> None:
    try:
        User.objects.create(email=team.alice.email, name=PLANTED["user name"])
    except IntegrityError:
        structlog.get_logger("aura.planted").exception("not_saved")
    text = written.getvalue()
    assert "IntegrityError" in text
    assert "alice@example.org" not in text
    assert not found_in(text)


def test_ids_and_figures_stay_readable() -> None:
    ids = {"request_id": uuid4().hex, "workspace_id": str(uuid4()), "job_id": uuid4(), "ms": 3.5, "tokens": 120}
    event = {"event": "job_attempt_over", "logger": "aura.jobs.worker", "kind": "audience.import", **ids}
    assert {key: clean(value, key) for key, value in event.items()} == event


@pytest.mark.parametrize(
    "text",
    [
        "Postgres role aura_owner may create aura_lane_count()",
        'File "/srv/aura/.venv/lib/python3.11/site-packages/django/db/backends/utils.py", line 105, in _execute',
        "Jobs wait until one starts. 15 of 20, 3.2 s, 2026-11-21T08:40:52.299816Z",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "worker 01a1fd43-f72c-7f77-b2b8-0542a58ebc31 stopped",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert clean_text(text) == text


@given(st.text(max_size=3000))
def test_any_text_is_cleaned_in_bounded_time_and_stays_clean(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once or "[removed]" in once
    assert isinstance(without_secrets(text), str)


@pytest.mark.parametrize("text", ["a" * 200_000, "a_" * 100_000, "@" * 100_000, "password" * 20_000, "a.b@" * 50_000])
@pytest.mark.timeout(5)
def test_long_texts_cost_little(text: str) -> None:
    assert len(clean_text(text)) <= 200_000


def test_the_settings_use_the_redacting_formatter() -> None:
    assert any(processor.__name__ == "redact" for processor in _processors() if hasattr(processor, "__name__"))


def _processors() -> Any:
    return settings.LOGGING["formatters"]["aura"]["processors"]
