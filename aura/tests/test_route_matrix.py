"""M3: every address × method × kind of caller, against a table of rules. A new address without a rule fails.

Owner, admin, analyst and viewer belong to the workspace “north”; the stranger owns another one; the key belongs to
“north” and has no scope that opens anything. Whatever a rule does not allow is refused in the way that fits: 404 for
what is not yours, 403 for what you may not do, 401 or the sign-in page for who is nobody, 405 for what nobody can do.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import RANK, ApiKey, Invitation, Membership, Role, User, Workspace
from accounts.tokens import digest, new_token
from audience.models import Run
from audience.tests import factories
from aura.jobs.models import Job
from aura.media.models import Picture
from aura.privacy.models import ErasureRequest, OptOut, SubjectExport
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client
from aura.tests.routes import ALSO, RULES
from aura.tests.rules import OBJECT, OPEN, OWN, Rule
from aura.webhooks.tests import factories as hooks
from compliments.models import Compliment, InstagramPost, VoicePreset, Writing
from generation.models import GeneratedImage, Generation
from optimizer.models import Optimization, PlatformFile, PlatformOutput, ProductPhoto, StoredHashtag
from optimizer.options import Choices

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEMBERS = ("owner", "admin", "analyst", "viewer")
WHO = (*MEMBERS, "stranger", "anonymous", "key")
BEYOND = ("owner", "stranger", "anonymous", "key")  # who tries the methods that nobody may use


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
    assert named - RULES.keys() == set(), "give these a line in aura/tests/routes.py"
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


def _post(north: Workspace) -> InstagramPost:
    return InstagramPost.objects.create(workspace=north, code="DAbc123xyz_", state="failed")


def _picture(workspace: Workspace) -> Picture:
    small = {"width": 1, "height": 1, "size": 1, "thumbnail_width": 1, "thumbnail_height": 1}
    paths = {"path": "pictures/lost.jpg", "thumbnail_path": "pictures/lost.small.jpg", "media_type": "image/jpeg"}
    row, _ = Picture.objects.get_or_create(workspace=workspace, sha256="0" * 64, defaults=paths | small)
    return row


def _works(team: Team) -> dict[str, str]:
    """What is written about posts, and pictures."""
    north = team.workspace
    post = InstagramPost.objects.create(workspace=north, code="Cabc", state=InstagramPost.State.DOWNLOADED)
    writing = Writing.objects.create(workspace=north, post=post, state=Writing.State.FAILED)
    Compliment.objects.create(workspace=north, writing=writing, number=1, text="Lovely light.")
    voice = VoicePreset.objects.create(workspace=north, name="Bakery")
    generation = Generation.objects.create(workspace=north, prompt="a boat", state=Generation.State.FAILED)
    GeneratedImage.objects.create(workspace=north, generation=generation, number=1, picture=_picture(north))
    session = _session(north)
    photo = ProductPhoto.objects.create(workspace=north, optimization=session, style="macro")
    return {
        "photo": str(photo.pk),
        "instagram_post": str(post.pk),
        "asked_post": str(_post(north).pk),
        "writing": str(writing.pk),
        "voice": str(voice.pk),
        "generation": str(generation.pk),
        "optimization": str(session.pk),
        "photo_style": "macro",
        "platform": "instagram",
        "optimized_file": "cup_instagram.jpg",
        "stored_hashtag": str(StoredHashtag.objects.create(workspace=north, name="sea", key="sea").pk),
    }


def _session(north: Workspace) -> Optimization:
    options = Choices(("instagram",)).as_data()
    made = Optimization.objects.create(
        workspace=north, name="cup.jpg", state=Optimization.State.FAILED, options=options
    )
    output = PlatformOutput.objects.create(workspace=north, optimization=made, platform="instagram", number=0)
    PlatformFile.objects.create(workspace=north, output=output, picture=_picture(north))
    return made


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
    delivery = (hooks.endpoint(north), hooks.emit(north))[1]
    erasure = ErasureRequest.objects.create(workspace=north, hashes=["x"], key_id="k")
    export = SubjectExport.objects.create(workspace=north, hashes=["x"], key_id="k")
    opt_out = OptOut.objects.create(workspace=north, username_hash="x", key_id="k")
    return {
        "word": "x-y",
        "one": "1",
        **_works(team),
        "uid": "1",
        "slug": north.slug,
        "provider": "gemini",
        "username": account.username,
        "account": str(account.pk),
        "person": str(person.pk),
        "pictured": str(person.pk),
        "run": str(run.pk),
        "stored_picture": str(_picture(north).pk),
        "job": str(job.pk),
        "invitation": str(offer.pk),
        "invitation_token": token,
        "api_key": str(key.pk),
        "viewer_member": str(Membership.objects.get(user=team.viewer).pk),
        "endpoint": str(delivery.endpoint_id),
        "delivery": str(delivery.pk),
        "erasure": str(erasure.pk),
        "export": str(export.pk),
        "opt_out": str(opt_out.pk),
        "table": "accounts",
        "account_table": "posts",
        "export_table": "demographics",
        "words_table": "sentiment",
        "people_table": "loyalty",
        "overlap_table": "pairs",
        "csv": "csv",
        "workspace_id": str(north.pk),
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
