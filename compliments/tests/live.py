"""A workspace that fetches posts from simulated sources, for tests of downloads."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.cache import cache
from django.test import override_settings

from accounts.models import UsageEntry
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.simulators.apify import ApifySimulator
from aura.testing.simulators.apify.service import TOKEN as APIFY_TOKEN
from aura.testing.simulators.graph import TOKEN as GRAPH_TOKEN
from aura.testing.simulators.graph import GraphSimulator
from aura.testing.simulators.site import SiteSimulator
from aura.testing.simulators.world import Post, World
from compliments import jobs
from compliments.models import InstagramPost, PostImage
from compliments.queries.posts import posts

NAME = "northroast"
OTHER = "kilnhouse"


@dataclass
class Outside:
    """The simulated services. The Graph API is that of @northroast."""

    world: World
    apify: ApifySimulator
    graph: GraphSimulator
    site: SiteSimulator

    def post(self, kind: str, name: str = OTHER) -> Post:
        """A post of this kind: ``Image``, ``Sidecar`` or ``Video``."""
        return next(post for post in self.world.accounts[name].posts if post.kind == kind)


@contextmanager
def simulated(tmp_path: Path, *, sources: tuple[str, ...] = ("graph", "apify"), **options: Any) -> Iterator[Outside]:
    """The named sources with the installation's keys; files below ``tmp_path``; picture hosts on this machine."""
    world = World(people=50)
    for name in (NAME, OTHER):
        world.add_account(name, posts=6, comments=12)
    world.add_account("hidden", posts=2, comments=0, is_private=True)
    with ExitStack() as stack:
        apify = stack.enter_context(ApifySimulator(world, **options))
        graph = stack.enter_context(GraphSimulator(world, NAME))
        site = stack.enter_context(SiteSimulator(world))
        outside = settings.AURA_OUTSIDE
        placed = replace(
            outside,
            apify=replace(outside.apify, url=apify.url),
            graph=replace(outside.graph, url=graph.url),
            site=replace(outside.site, url=site.url, instaloader="instaloader" in sources),
        )
        keys = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "")
        keys["apify"] = APIFY_TOKEN if "apify" in sources else ""
        keys["instagram"] = GRAPH_TOKEN if "graph" in sources else ""
        stack.enter_context(patch("compliments.jobs.asking.SETTLES", 0.0))
        stack.enter_context(
            override_settings(
                AURA_OUTSIDE=placed, AURA_PROVIDER_SECRETS=keys, AURA_ALLOW_LOOPBACK=True, MEDIA_ROOT=tmp_path
            )
        )
        yield Outside(world, apify, graph, site)


def address(post: Post) -> str:
    """As somebody copies it."""
    return f"https://www.instagram.com/{'reel' if post.kind == 'Video' else 'p'}/{post.code}/?igsh=MXY5"


def ask(team: Team, url: str, *, refresh: bool = False) -> InstagramPost:
    """Ask for a post and work until nothing is left to do."""
    with workspace_scope(team.workspace.id):
        post = jobs.ask_for_post(url, user_id=team.bob.pk, refresh=refresh)
    return worked_off(team, post)


def worked_off(team: Team, post: InstagramPost) -> InstagramPost:
    """The post when no job is left to do."""
    for _ in range(100):
        # Nobody waits for what a service asked for, nor for limits.
        cache.clear()
        make_due()
        if not drain():
            break
    return now(team, post)


def now(team: Team, post: InstagramPost) -> InstagramPost:
    """The post as it is stored."""
    with workspace_scope(team.workspace.id):
        return posts().get(pk=post.pk)


def images(team: Team, post: InstagramPost) -> list[PostImage]:
    """Its pictures in order."""
    with workspace_scope(team.workspace.id):
        return list(PostImage.objects.filter(post=post).select_related("picture").order_by("number"))


def entries(team: Team) -> list[UsageEntry]:
    """What fetching has been booked as."""
    with workspace_scope(team.workspace.id):
        return list(UsageEntry.objects.filter(operation="fetch_post"))


def codes(post: InstagramPost) -> list[tuple[str, str]]:
    """Sources that did not have a post, and why."""
    return [(one["source"], one["code"]) for one in post.tried]
