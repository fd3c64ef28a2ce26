"""M3: every address × method × kind of caller, against a table of rules. A new address without a rule fails.

Owner, admin, analyst and viewer belong to the workspace “north”; the stranger owns another one; the key belongs to
“north” and has no scope that opens anything. Whatever a rule does not allow is refused in the way that fits: 404 for what is
not yours, 403 for what you may not do, 401 or the sign-in page for who is nobody, 405 for what nobody can do.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import RANK, ApiKey, Invitation, Membership, Role, User
from accounts.tokens import digest, new_token
from audience.models import Run
from audience.tests import factories
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEMBERS = ("owner", "admin", "analyst", "viewer")
WHO = (*MEMBERS, "stranger", "anonymous", "key")
BEYOND = ("owner", "stranger", "anonymous", "key")  # who tries the methods that nobody may use
OPEN, PERSON, OWN, OBJECT = "open", "person", "own", "object"
FORM = {"GET": Role.VIEWER, "POST": Role.VIEWER}
READ = {"GET": Role.VIEWER}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use an address.

    ``kind``: ``open`` to anybody; ``person`` for whoever is signed in; ``own`` for a workspace that is chosen by the
    caller, so that a stranger gets their own; ``object`` for something of one workspace, a 404 for strangers.
    ``methods`` gives the lowest role for each method. ``args`` are names in :class:`World`.
    """

    kind: str
    methods: dict[str, Role] = field(default_factory=lambda: dict(READ))
    args: tuple[str, ...] = ()
    body: dict[str, str] = field(default_factory=dict)


def does(kind: str, *args: str, body: dict[str, str] | None = None, **methods: Role) -> Rule:
    """A rule whose methods are given in small letters: ``post=Role.ANALYST``."""
    return Rule(kind, {name.upper(): role for name, role in methods.items()}, args, body or {})


V, AN, AD, OW = Role.VIEWER, Role.ANALYST, Role.ADMIN, Role.OWNER

RULES: dict[str, Rule] = {
    # pages that join features
    "home": Rule(OWN),
    "system": Rule(OWN),
    "healthz": Rule(OPEN),
    "readyz": Rule(OPEN),
    "metrics": Rule(OPEN),  # to this machine, or to a token: test_metrics.py
    # ways in
    "accounts:sign_in": Rule(OPEN, FORM),
    "accounts:sign_in_by_link": Rule(OPEN, READ, ("word",)),
    "accounts:sign_out": does(OPEN, post=V),
    "accounts:setup": does(OPEN, "word", get=V, post=V),
    "accounts:invitation": does(OPEN, "invitation_token", get=V, post=V),
    "account_login": Rule(OPEN, FORM),
    "account_logout": does(OPEN, post=V),
    "account_signup": Rule(OPEN, FORM),
    "account_inactive": Rule(OPEN),
    "account_email_verification_sent": Rule(OPEN),
    "account_confirm_email": does(OPEN, "word", get=V, post=V),
    "account_reset_password": Rule(OPEN, FORM),
    "account_reset_password_done": Rule(OPEN),
    "account_reset_password_from_key_done": Rule(OPEN),
    "account_reset_password_from_key": Rule(OPEN, FORM, ("uid", "word")),
    "mfa_authenticate": Rule(OPEN, FORM),
    # a person's own settings
    "accounts:settings": Rule(PERSON),
    "accounts:profile": does(PERSON, get=V, post=V),
    "accounts:security": Rule(PERSON),
    "accounts:end_programs": does(PERSON, post=V),
    "accounts:switch_workspace": does(PERSON, post=V),
    "accounts:no_workspace": does(PERSON, get=V, post=V),
    "accounts:new_workspace": does(PERSON, get=V, post=V),
    "account_reauthenticate": Rule(PERSON, FORM),
    "account_email": Rule(PERSON, FORM),
    "account_change_password": Rule(PERSON, FORM),
    "account_set_password": Rule(PERSON, FORM),
    "mfa_index": Rule(PERSON),
    "mfa_reauthenticate": Rule(PERSON, FORM),
    "mfa_activate_totp": Rule(PERSON, FORM),
    "mfa_deactivate_totp": Rule(PERSON, FORM),
    "mfa_view_recovery_codes": Rule(PERSON),
    "mfa_generate_recovery_codes": Rule(PERSON, FORM),
    "mfa_download_recovery_codes": Rule(PERSON),
    "usersessions_list": Rule(PERSON, FORM),
    # settings of a workspace
    "accounts:workspace": Rule(OWN),
    "accounts:rename_workspace": does(OWN, post=AD),
    "accounts:transfer_workspace": does(OBJECT, post=OW, body={"member": "viewer_member"}),
    "accounts:leave_workspace": does(OWN, post=V),
    "accounts:delete_workspace": does(OWN, post=OW),
    "accounts:members": Rule(OWN),
    "accounts:change_member": does(OBJECT, "viewer_member", post=AD),
    "accounts:remove_member": does(OBJECT, "viewer_member", post=AD),
    "accounts:invitations": does(OWN, get=AD, post=AD),
    "accounts:withdraw_invitation": does(OBJECT, "invitation", post=AD),
    "accounts:keys": does(OWN, get=AD, post=AD),
    "accounts:providers": does(OWN, get=AD, post=AD),
    "accounts:remove_provider": does(OWN, "provider", post=AD),
    "accounts:revoke_key": does(OBJECT, "api_key", post=AD),
    # audience pages
    "audience:list": does(OWN, get=V, post=V),
    "audience:runs": Rule(OWN),
    "audience:run": Rule(OBJECT, READ, ("run",)),
    "audience:run_progress": Rule(OBJECT, READ, ("run",)),
    "audience:cancel_run": does(OBJECT, "run", post=AN),
    "audience:resume_run": does(OBJECT, "run", post=AN),
    "audience:picture": Rule(OBJECT, READ, ("pictured",)),
    "audience:account": Rule(OBJECT, READ, ("username",)),
    "audience:import": does(OBJECT, "username", get=AN, post=AN),
    "audience:demographics_csv": Rule(OBJECT, READ, ("username",)),
    "audience:commenters_csv": Rule(OBJECT, READ, ("username",)),
    # jobs pages
    "jobs:list": Rule(OWN),
    "jobs:detail": Rule(OBJECT, READ, ("job",)),
    "jobs:fragment": Rule(OBJECT, READ, ("job",)),
    "jobs:cancel": does(OBJECT, "job", post=AN),
    "jobs:requeue": does(OBJECT, "job", post=AN),
    # API: open
    "api:schema": Rule(OPEN),
    "api:docs": Rule(OPEN),
    "api:health": Rule(OPEN),
    "api:register": does(OPEN, post=V),
    "api:verify_email": does(OPEN, post=V),
    "api:token": does(OPEN, post=V),
    "api:token_refresh": does(OPEN, post=V),
    "api:logout": does(OPEN, post=V),
    "api:password_reset": does(OPEN, post=V),
    "api:password_reset_confirm": does(OPEN, post=V),
    # API: people and workspaces
    "api:me": does(PERSON, get=V, patch=V),
    "api:accept_invitation": does(PERSON, post=V),
    "api:workspaces": does(PERSON, get=V, post=V),
    "api:workspace": does(OBJECT, "slug", get=V, patch=AD, delete=OW),
    "api:leave_workspace": does(OBJECT, "slug", post=V),
    "api:members": Rule(OBJECT, READ, ("slug",)),
    "api:member": does(OBJECT, "slug", "viewer_member", get=V, patch=AD, delete=AD),
    "api:transfer_workspace": does(OBJECT, "slug", "viewer_member", post=OW),
    "api:invitations": does(OBJECT, "slug", get=AD, post=AD),
    "api:invitation": does(OBJECT, "slug", "invitation", delete=AD),
    "api:api_keys": does(OBJECT, "slug", get=AD, post=AD),
    "api:api_key": does(OBJECT, "slug", "api_key", get=AD, delete=AD),
    "api:providers": does(OBJECT, "slug", get=AD),
    "api:provider": does(OBJECT, "slug", "provider", put=AD, delete=AD),
    # API: jobs
    "api:jobs:jobs": Rule(OWN),
    "api:jobs:job": Rule(OBJECT, READ, ("job",)),
    "api:jobs:cancel": does(OBJECT, "job", post=AN),
    "api:jobs:retry": does(OBJECT, "job", post=AN),
    # API: audience
    "api:audience:accounts": does(OWN, get=V, post=AN),
    "api:audience:account": does(OBJECT, "account", get=V, patch=AD, delete=AD),
    "api:audience:demographics": Rule(OBJECT, READ, ("account",)),
    "api:audience:activity": Rule(OBJECT, READ, ("account",)),
    "api:audience:top_commenters": Rule(OBJECT, READ, ("account",)),
    "api:audience:posts": Rule(OBJECT, READ, ("account",)),
    "api:audience:comments": Rule(OBJECT, READ, ("account",)),
    "api:audience:commenters": Rule(OBJECT, READ, ("account",)),
    "api:audience:classification": does(OBJECT, "person", get=AN),
    "api:audience:imports": does(OWN, post=AN),
    "api:audience:runs": Rule(OWN),
    "api:audience:run": Rule(OBJECT, READ, ("run",)),
    "api:audience:run_cancel": does(OBJECT, "run", post=AN),
    "api:audience:run_resume": does(OBJECT, "run", post=AN),
}


def routes(patterns: list[Any] | None = None, space: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the URLconf as (name with namespaces, path)."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        where = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry.url_patterns, inner, where)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or ''}", where


def is_admin(name: str) -> bool:
    return name.startswith("admin:")


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    named = {name for name, _ in routes() if not is_admin(name)}
    nameless = [path for name, path in routes() if not name.rpartition(":")[2] and not path.startswith("admin/")]
    assert nameless == [], "give these a name"
    assert named - RULES.keys() == set(), "give these a rule above"
    assert RULES.keys() - named == set(), "these are gone"


@dataclass(slots=True)
class World:
    """What the addresses name, and a browser session for each kind of caller."""

    things: dict[str, str]
    sessions: dict[str, str]
    key: str

    def call(self, who: str, method: str, path: str, body: dict[str, str]) -> HttpResponse:
        client = Client(raise_request_exception=False)
        headers = {"Authorization": f"Bearer {self.key}"} if who == "key" else {}
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        if path.startswith("/api/"):
            return client.generic(method, path, b"{}", "application/json", headers=headers)  # type: ignore[return-value]
        if method == "POST":
            return client.post(path, body, headers=headers)  # type: ignore[return-value]
        return client.generic(method, path, headers=headers)  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are not news."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(team: Team) -> World:
    """One row of everything in “north”, an admin added to its people, and all of them signed in."""
    adam = User.objects.create_user("adam@example.org", name="adam")
    token, secret = (new_token(team.workspace.id, start) for start in ("", "aura_"))
    with workspace_scope(team.workspace.id):
        Membership.objects.create(workspace=team.workspace, user=adam, role=Role.ADMIN)
        things = _things(team, token, secret)
    people = dict(zip(WHO, (team.alice, adam, team.bob, team.viewer, team.charlie), strict=False))
    sessions = {who: page_client(user).session.session_key for who, user in people.items()}
    return World(things, {who: key or "" for who, key in sessions.items()}, secret)


def _things(team: Team, token: str, secret: str) -> dict[str, str]:
    north, alice = team.workspace, team.alice
    account = factories.account(username="northroast")
    person = factories.commenter(possible_minor=False)
    factories.comment(factories.post(account), person)
    factories.classification(person)
    run = Run.objects.create(workspace=north, account=account, state=Run.State.FAILED)
    job = Job.objects.create(workspace=north, kind="test.none", lane="bulk", state="dead", error_code="x")
    offer = Invitation.objects.create(
        workspace=north, email="x@example.org", digest=digest(token), expires_at=factories.NOON.replace(year=2100)
    )
    key = ApiKey.objects.create(
        workspace=north, name="k", prefix="aura_x", digest=digest(secret), scopes=["none"], created_by=alice
    )
    member = Membership.objects.get(user=team.viewer)
    return {
        "word": "x-y",
        "uid": "1",
        "slug": north.slug,
        "provider": "gemini",
        "username": account.username,
        "account": str(account.pk),
        "person": str(person.pk),
        "pictured": str(person.pk),
        "run": str(run.pk),
        "job": str(job.pk),
        "invitation": str(offer.pk),
        "invitation_token": token,
        "api_key": str(key.pk),
        "viewer_member": str(member.pk),
    }


# What an allowed call may answer besides success: the world lacks what is asked for, or the body is empty.
ALSO: dict[str, set[int]] = {
    "audience:picture": {404},
    "account_confirm_email": {404},
    "api:provider": {404},
    "mfa_view_recovery_codes": {404},
    "mfa_download_recovery_codes": {404},
    "mfa_deactivate_totp": {404},
    "account_reauthenticate": {403},  # these people have neither password nor second factor
    "mfa_reauthenticate": {403},
}


def allowed(name: str, rule: Rule) -> Callable[[HttpResponse], bool]:
    """True for an answer that came from the view itself, not from a guard before it."""
    refusals = {401, 403, 404, 405} - ALSO.get(name, set())

    def check(response: HttpResponse) -> bool:
        if response.status_code >= 500 or response.status_code in refusals:
            return False
        return rule.kind == OPEN or not to_sign_in(response)

    return check


def to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(reverse("accounts:sign_in") + "?")


def expected(name: str, rule: Rule, method: str, who: str, path: str) -> tuple[str, Callable[[HttpResponse], bool]]:
    """What a caller should get, in words and as a check."""
    api, asked = path.startswith("/api/"), rule.methods.get(method)
    if rule.kind != OPEN and (who == "anonymous" or (who == "key" and not api)):
        return ("401", lambda r: r.status_code == 401) if api else ("sign in", to_sign_in)
    if rule.kind != OPEN and who == "key":
        return "403", lambda r: r.status_code == 403
    if rule.kind == OBJECT and who == "stranger":
        return "404", lambda r: r.status_code in ({404} if asked else {404, 405})
    if asked is None:
        return "405", lambda r: r.status_code in ({405} if who in {"owner", "stranger"} else {403, 405})
    role = Role(who) if who in MEMBERS else Role.OWNER
    if rule.kind in {OWN, OBJECT} and RANK[role] < RANK[asked]:
        return "403", lambda r: r.status_code == 403
    return "allowed", allowed(name, rule)


def wrong_answers(world: World, name: str, rule: Rule) -> Iterator[str]:
    path = reverse(name, args=[world.things[argument] for argument in rule.args])
    body = {field_name: world.things[thing] for field_name, thing in rule.body.items()}
    for method in METHODS:
        for who in WHO if method in rule.methods else BEYOND:
            words, check = expected(name, rule, method, who, path)
            with transaction.atomic():
                response = world.call(who, method, path, body)
                transaction.set_rollback(True)
            if not check(response):
                yield f"{method} {name} as {who}: {response.status_code}, not {words}"


GROUPS = sorted({name.rpartition(":")[0] for name in RULES})


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group or "root")
def test_every_address_lets_in_whom_it_should(world: World, group: str) -> None:
    found = []
    for name, rule in RULES.items():
        if name.rpartition(":")[0] == group:
            cache.clear()
            found += list(wrong_answers(world, name, rule))
    assert not found, "\n".join(found)


def test_admin_is_closed_to_everybody_but_staff(world: World) -> None:
    found = []
    for name, _ in routes():
        if is_admin(name) and name in {"admin:index", "admin:accounts_user_changelist", "admin:jobs_job_changelist"}:
            for who in WHO:
                response = world.call(who, "GET", reverse(name), {})
                if response.status_code != 302:
                    found.append(f"{name} as {who}: {response.status_code}")
    assert not found, "\n".join(found)
