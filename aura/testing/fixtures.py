"""Fixtures for every test: the database behind its three roles, people (alice owns, bob is a team-mate, charlie a
stranger), workspaces, clients.

Loaded by the top-level conftest; the stores themselves are started by ``aura.testing.stores``.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, Role, User, Workspace
from accounts.services import create_workspace
from aura.tenancy.scope import workspace_scope

TEST_DATABASE = os.environ.get("AURA_TEST_DATABASE", "test_aura")


def _rename(name: str) -> None:
    for alias in connections:
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def _execute(statement: str) -> None:
    connection = connections["owner"]
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A fresh test database, migrated by the owner role, used by the app role as in production."""
    # A quarter of a second for each password would be most of the time of many tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock():
        first = connections["owner"].settings_dict["NAME"]
        _execute(f"DROP DATABASE IF EXISTS {TEST_DATABASE} WITH (FORCE)")
        _execute(f"CREATE DATABASE {TEST_DATABASE} TEMPLATE {first}")
        _rename(TEST_DATABASE)
        call_command("migrate", database="owner", verbosity=0)
        # Only here: Django empties the tables between transactional tests by TRUNCATE.
        _execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO aura_app, aura_staff")
        yield
        _rename(first)


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    if "django_db_setup" in request.fixturenames:
        cache.clear()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """For tests that commit: all rows are gone afterwards.

    Django's own flush finds no table, since only the owner role migrates. Mark the test with
    ``django_db(transaction=True, databases=["default", "staff"])``.
    """
    yield
    kept = ("django_migrations", "django_content_type", "auth_permission")
    # DELETE by the role that sees all rows: TRUNCATE makes new files for every index and takes half a second.
    with transaction.atomic(using="staff"), connections["staff"].cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall() if name not in kept]
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in names))  # noqa: S608


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> None:
    """Every test that commits cleans up, whether or not it remembers to ask for it."""
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        request.getfixturevalue("committed")


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace with its people. Charlie owns another workspace and is a stranger to this one."""

    workspace: Workspace
    alice: User
    bob: User
    viewer: User
    charlie: User
    elsewhere: Workspace


@pytest.fixture
def team(db: None) -> Team:
    """Alice owns “north”, Bob is its analyst, Vera its viewer; Charlie owns “south”."""
    people = [
        User.objects.create_user(f"{name}@example.org", name=name) for name in ("alice", "bob", "vera", "charlie")
    ]
    alice, bob, vera, charlie = people
    north = create_workspace(alice, name="North", slug="north")
    south = create_workspace(charlie, name="South", slug="south")
    with workspace_scope(north.id):
        Membership.objects.create(workspace=north, user=bob, role=Role.ANALYST)
        Membership.objects.create(workspace=north, user=vera, role=Role.VIEWER)
    return Team(north, alice, bob, vera, charlie, south)


def page_client(user: User) -> Client:
    """A browser in which ``user`` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def api_client(user: User) -> APIClient:
    """An API client that acts as ``user``."""
    client = APIClient()
    client.force_authenticate(user)
    return client
