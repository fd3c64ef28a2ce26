"""Plans what a live run fetches, and keeps what the service says about each part (A1, A9). Inside the run's scope."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import orjson
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone

from audience.models import Post, Run, ScrapePart
from audience.planning import Wanted, missing, newer_than, pieces
from audience.services.erasure import IMPORTS
from aura.providers.errors import ProviderError
from aura.providers.ports import Scrape, ScrapedPage, ScrapeKind, ScrapeOrder
from aura.tenancy.ids import uuid7

POST_URL = "https://www.instagram.com/p/{}/"
NOTHING = (
    "Instagram shows nothing of @{name}: the account is private, has no posts, or there is none of that name. "
    "Nothing that was stored before has changed."
)


def plan(run: Run) -> ScrapePart | None:
    """The part to be done next; planned where none waits, and None where everything is fetched.

    The profile and the posts come first; then comments of posts that are new, or under which more stand than when they
    were fetched. What a part of this run has brought to its end is not planned again, so this is safe after a failure.
    """
    parts = ScrapePart.objects.select_related("run__account").filter(run=run).order_by("number")
    kinds = set(parts.exclude(state=ScrapePart.State.FAILED).values_list("kind", flat=True))
    if not parts.exists():
        _part(run, ScrapePart.Kind.PROFILE, [run.account.username], 1, None)
    if ScrapePart.Kind.POSTS not in kinds:
        account = run.account
        since = newer_than(timezone.now().date(), account.refresh_days, first=account.last_fetch_at is None)
        _part(run, ScrapePart.Kind.POSTS, [account.username], account.post_limit, since)
    waiting = parts.exclude(state__in=[ScrapePart.State.DONE, ScrapePart.State.FAILED])
    if not waiting.exists():
        _plan_comments(run)
    return waiting.first()


def _plan_comments(run: Run) -> None:
    done = ScrapePart.objects.filter(run=run, kind=ScrapePart.Kind.COMMENTS, state=ScrapePart.State.DONE)
    covered = {target for part in done for target in part.targets}
    for piece in pieces(one for one in _wanted(run) if one.target not in covered):
        _part(run, ScrapePart.Kind.COMMENTS, piece.targets, piece.limit, None)


def _wanted(run: Run) -> Iterable[Wanted]:
    account = run.account
    looked = ScrapePart.objects.filter(run=run, kind=ScrapePart.Kind.POSTS).order_by("-number")
    since = looked.values_list("newer_than", flat=True).first()
    posts = Post.objects.filter(account=account).order_by(F("posted_at").desc(nulls_last=True), "-id")
    if since:
        posts = posts.filter(posted_at__date__gte=since)
    for post in posts[: account.post_limit]:
        need = missing(post.comments_reported, post.comments_fetched, account.comment_limit)
        yield Wanted(target_of(post), need)


def target_of(post: Post) -> str:
    """What a scraper is told about a post: its address."""
    return POST_URL.format(post.shortcode)


def _part(run: Run, kind: str, targets: Iterable[str], limit: int, since: date | None) -> None:
    ScrapePart.objects.create(
        workspace_id=run.workspace_id,
        run=run,
        number=ScrapePart.objects.filter(run=run).count() + 1,
        kind=kind,
        targets=list(targets),
        limit=limit,
        newer_than=since,
    )


def order_of(part: ScrapePart, *, site: str = "", secret: str = "") -> ScrapeOrder:
    """What is asked of the service for a part. With ``secret`` it is to tell ``site`` of the end."""
    hook = site.rstrip("/") + reverse("audience_hooks:apify", args=[part.workspace_id, part.pk]) if secret else ""
    return ScrapeOrder(
        kind=cast(ScrapeKind, part.kind),
        targets=tuple(part.targets),
        limit=part.limit,
        newer_than=part.newer_than,
        max_charge_usd=part.max_charge or None,
        webhook_url=hook,
        webhook_secret=secret,
    )


def new_secret(part: ScrapePart) -> str:
    """A secret that the part's webhook must bring; only its digest is kept."""
    secret = secrets.token_urlsafe(32)
    part.webhook_digest = digest_of(secret)
    return secret


def digest_of(secret: str) -> str:
    """SHA-256 of a webhook's secret, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def adopt(part: ScrapePart, scrape: Scrape) -> None:
    """Remember the service's handle of a part."""
    part.state = ScrapePart.State.RUNNING
    part.external_id, part.dataset_id = scrape.id, scrape.dataset_id
    part.save(update_fields=["state", "external_id", "dataset_id"])


def handle_of(part: ScrapePart) -> Scrape:
    """The handle that :func:`adopt` stored."""
    return Scrape(part.external_id, part.dataset_id, "running")


def saw(part: ScrapePart, scrape: Scrape) -> None:
    """Remember what the service says about a part that runs there."""
    part.looks += 1
    part.items = scrape.items if scrape.items is not None else part.items
    part.cost = scrape.cost if scrape.cost is not None else part.cost
    part.message = scrape.message[:1000]
    if scrape.state != "running":
        part.state, part.outcome, part.ended_try = ScrapePart.State.FETCHED, scrape.state, part.run.tries
    part.save(update_fields=["looks", "items", "cost", "message", "state", "outcome", "ended_try"])


def keep_page(part: ScrapePart, page: ScrapedPage) -> None:
    """Append a page of items to the part's file, and remember where the next one begins.

    Bytes behind ``size`` come from an attempt that died before it could commit; they are cut off. The lock keeps an
    erasure from cleaning the file meanwhile.
    """
    lock_imports(part)
    part.refresh_from_db(fields=["path", "size", "cursor", "pages", "items"])
    if not part.path:
        part.path = f"imports/{part.workspace_id}/{uuid7()}"
    target = Path(default_storage.path(part.path))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("r+b" if target.exists() else "w+b") as out:
        out.truncate(part.size)
        out.seek(part.size)
        part.items = len(page.items) + (part.items if part.pages else 0)
        for item in page.items:
            out.write(orjson.dumps(item) + b"\n")
        part.size = out.tell()
    part.pages += 1
    part.cursor = page.next_offset or ""
    part.save(update_fields=["path", "size", "cursor", "pages", "items"])


def lock_imports(part: ScrapePart) -> None:
    """Wait for, and keep out, imports and erasures of the workspace until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(IMPORTS, [f"audience.ingest:{part.workspace_id}"])


def check_anything(part: ScrapePart) -> None:
    """Refuse to go on where the posts of an account could not be read. Raises :class:`ProviderError`."""
    if part.kind == ScrapePart.Kind.POSTS and not Post.objects.filter(account=part.run.account).exists():
        raise ProviderError(NOTHING.format(name=part.run.account.username), code="account_not_readable")


def close(part: ScrapePart) -> None:
    """A part is stored as far as it came; where it came to its end, its posts' comments count as fetched."""
    whole = part.outcome == "succeeded"
    if whole and part.kind == ScrapePart.Kind.COMMENTS:
        _comments_fetched(part)
    part.state = ScrapePart.State.DONE if whole else ScrapePart.State.FAILED
    part.save(update_fields=["state"])


def _comments_fetched(part: ScrapePart) -> None:
    targets = set(part.targets)
    posts = Post.objects.filter(account=part.run.account)
    keys = [post.pk for post in posts if target_of(post) in targets]
    Post.objects.filter(pk__in=keys).update(comments_fetched=F("comments_reported"))


def memory_path(run: Run) -> Path:
    """Where hashes of what a run has met are kept while it fetches."""
    return Path(default_storage.path(f"imports/{run.workspace_id}/{run.pk}.seen"))


def forget_file(part: ScrapePart) -> None:
    """Remove a part's file, after the transaction that no longer needs it."""
    if part.path:
        default_storage.delete(part.path)


def spent(run: Run) -> Decimal:
    """US dollars that fetching has cost in a run so far."""
    return ScrapePart.objects.filter(run=run).aggregate(sum=Sum("cost"))["sum"] or Decimal(0)
