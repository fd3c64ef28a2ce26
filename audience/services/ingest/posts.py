"""Stores the posts of a batch, and what the file says about the account itself."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from audience.dataset import Person, PostItem, PostRef
from audience.models import Post, TrackedAccount
from audience.services.ingest.batches import Batch
from audience.services.ingest.seen import keys_of_texts
from audience.services.ingest.tally import Tally
from audience.services.rollups import Changes

TOLD = ("kind", "caption", "posted_at", "likes", "comments_reported", "is_pinned")


def store_posts(
    account: TrackedAccount, batch: Batch, tally: Tally, changes: Changes | None = None
) -> tuple[dict[str, UUID], bool]:
    """Insert and update posts; returns rows by the short codes of the batch and whether anything changed.

    A post item that came in an earlier batch of the file is a repeat and skipped. ``changes`` get a note of known posts
    whose time changed.
    """
    codes = list(batch.posts)
    repeats = {code for code, known in zip(codes, tally.told_posts.has(keys_of_texts(codes)), strict=True) if known}
    tally.told_posts.add(keys_of_texts(codes))
    tally.skipped += len(repeats)
    told = {code: post for code, post in batch.posts.items() if code not in repeats}
    refs = batch.post_refs()
    known = _known(account, refs)
    new: list[Post] = []
    changed: dict[UUID, Post] = {}
    for code, ref in refs.items():
        post = known.find(ref)
        if post is None:
            post = Post(workspace_id=account.workspace_id, account=account, shortcode=code)
            new.append(post)
            known.add(post)
        time = post.posted_at
        if _fill(post, ref, told.get(code)) and not post._state.adding:
            changed[post.pk] = post
            if changes is not None and post.posted_at != time:
                changes.moved_posts.append(post.pk)
        known.add(post)
    Post.objects.bulk_create(new, batch_size=1000)
    Post.objects.bulk_update(changed.values(), ["shortcode", "external_id", "url", *TOLD], batch_size=500)
    rows = {code: post.pk for code, ref in refs.items() if (post := known.find(ref))}
    tally.add_posts(list(dict.fromkeys(rows.values())))
    return rows, bool(new or changed)


def find_posts(account: TrackedAccount, batch: Batch) -> list[UUID]:
    """The rows of a batch that was stored before, each once."""
    refs = batch.post_refs()
    known = _known(account, refs)
    return list(dict.fromkeys(post.pk for ref in refs.values() if (post := known.find(ref))))


class KnownPosts:
    """Posts by short code and by Instagram's media id."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self.by_code: dict[str, Post] = {}
        self.by_id: dict[str, Post] = {}
        for post in posts:
            self.add(post)

    def add(self, post: Post) -> None:
        """Make a post findable."""
        self.by_code[post.shortcode] = post
        if post.external_id:
            self.by_id.setdefault(post.external_id, post)

    def find(self, ref: PostRef) -> Post | None:
        """The post that is meant; one that so far had only its media id for a short code is found by that."""
        return self.by_code.get(ref.shortcode) or (self.by_id.get(ref.external_id) if ref.external_id else None)


def _known(account: TrackedAccount, refs: Mapping[str, PostRef]) -> KnownPosts:
    mine = Post.objects.filter(account=account)
    found = {post.pk: post for post in mine.filter(shortcode__in=list(refs))}
    ids = [ref.external_id for ref in refs.values() if ref.external_id]
    if ids:
        found |= {post.pk: post for post in mine.filter(external_id__in=ids)}
    return KnownPosts(found.values())


def _fill(post: Post, ref: PostRef, item: PostItem | None) -> bool:
    """Put what is known into a row, never replacing something by nothing; True where it changed."""
    wanted: dict[str, Any] = {"external_id": post.external_id or ref.external_id, "url": post.url or ref.url}
    if post.shortcode == post.external_id and ref.shortcode != ref.external_id:
        wanted["shortcode"] = ref.shortcode
    if item is not None:
        wanted["url"] = ref.url or post.url
        told = {name: getattr(item, name) for name in TOLD}
        wanted |= {name: value for name, value in told.items() if value is not None and value != ""}
    changed = {name: value for name, value in wanted.items() if getattr(post, name) != value}
    for name, value in changed.items():
        setattr(post, name, value)
    return bool(changed)


def store_account(account: TrackedAccount, batch: Batch) -> bool:
    """Update the account from its own profile or posts in the file; True where it changed."""
    wanted: dict[str, Any] = {}
    for post in batch.posts.values():
        if post.owner_username == account.username and post.owner_id and not account.external_id:
            wanted["external_id"] = post.owner_id
    for person in batch.profiles:
        if is_account(account, person):
            names = ("external_id", "full_name", "biography", "followers", "following", "posts_count")
            told = {name: getattr(person, name) for name in names}
            wanted |= {name: value for name, value in told.items() if value is not None and value != ""}
    changed = {name: value for name, value in wanted.items() if getattr(account, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(account, name, value)
        account.save(update_fields=list(changed))
    return bool(changed)


def is_account(account: TrackedAccount, person: Person) -> bool:
    """True for the profile of the account itself."""
    return person.username == account.username or (account.external_id or None) == person.external_id


def names_other_account(account: TrackedAccount, batch: Batch) -> str:
    """The profile to which all posts that name one belong, if none of them is the account's; "" otherwise."""
    others: list[str] = []
    for post in batch.posts.values():
        if account.username in post.owners or (account.external_id and post.owner_id == account.external_id):
            return ""
        others += [post.owner_username] if post.owner_username else sorted(post.owners)
    for owner in {comment.post.owner for comment in batch.comments.values()} - {""}:
        if owner == account.username:
            return ""
        others.append(owner)
    return max(others, key=others.count) if others else ""
