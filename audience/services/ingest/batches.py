"""Cuts the records of a dataset into batches, always at the same places, and orders what is in each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

from audience.dataset import CommentItem, ErrorItem, Item, Person, PostItem, PostRef, Record

BATCH_COMMENTS = 5_000
BATCH_RECORDS = 10_000
PERSON_FIELDS = tuple(one.name for one in fields(Person))


@dataclass(slots=True)
class Author:
    """One person of a batch, from all places that name them. Nobody is stored for a profile alone (``commented``)."""

    person: Person
    commented: bool = False


@dataclass(slots=True)
class Batch:
    """What some neighbouring records hold. Of a comment or post that comes twice the last one is kept."""

    records: int = 0
    comments: dict[str, CommentItem] = field(default_factory=dict)
    posts: dict[str, PostItem] = field(default_factory=dict)
    profiles: list[Person] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    skipped: int = 0

    def add(self, record: Record) -> None:
        """Take in one record."""
        self.records += 1
        if record.problem:
            self.errors.append((record.line, f"Item {record.number}: {record.problem}"))
            self.skipped += 1
        for item in record.items:
            self._add_item(record, item)

    def _add_item(self, record: Record, item: Item) -> None:
        if isinstance(item, CommentItem):
            # Taken out first so that the last one also stands last.
            self.skipped += self.comments.pop(item.id, None) is not None
            self.comments[item.id] = item
        elif isinstance(item, PostItem):
            self.skipped += self.posts.pop(item.ref.shortcode, None) is not None
            self.posts[item.ref.shortcode] = item
        elif isinstance(item, ErrorItem):
            self.errors.append((record.line, f"Item {record.number}: Apify found nothing: {item.message}"))
            self.skipped += 1
        else:
            self.profiles.append(item.person)

    def post_refs(self) -> dict[str, PostRef]:
        """The posts of the batch by short code, those of post items last because they know most."""
        refs = {comment.post.shortcode: comment.post for comment in self.comments.values()}
        return refs | {code: post.ref for code, post in self.posts.items()}


def batches(records: Iterable[Record]) -> Iterator[Batch]:
    """The records in batches of about 5,000 comments; the same file gives the same batches."""
    batch = Batch()
    for record in records:
        batch.add(record)
        if len(batch.comments) >= BATCH_COMMENTS or batch.records >= BATCH_RECORDS:
            yield batch
            batch = Batch()
    if batch.records:
        yield batch


class Authors:
    """The people of a batch, each once. Who is known by name here and by id there is one person."""

    def __init__(self, batch: Batch) -> None:
        self.found: dict[str, Author] = {}
        self.ids: dict[str, str] = {}
        named: list[tuple[Person, bool]] = []
        people = [(comment.person, True) for comment in batch.comments.values()]
        people += [(person, False) for person in batch.profiles]
        for person, commented in people:
            if person.external_id:
                self._add(person.external_id, person, commented)
                if person.username:
                    self.ids[person.username] = person.external_id
            else:
                named.append((person, commented))
        for person, commented in named:
            self._add(self.key(person), person, commented)

    def key(self, person: Person) -> str:
        """Where to find a person in ``found``."""
        return person.external_id or self.ids.get(person.username) or f"@{person.username}"

    def may_adopt(self, key: str) -> bool:
        """True for the one person with an id to whom a row known only by this name may belong."""
        return self.ids.get(self.found[key].person.username) == key

    def _add(self, key: str, person: Person, commented: bool) -> None:
        author = self.found.get(key)
        if author is None:
            self.found[key] = Author(person, commented)
            return
        author.commented |= commented
        if author.person != person:
            author.person = merged(author.person, person)


def merged(old: Person, new: Person) -> Person:
    """The newer data of a person, completed by the older."""
    pairs = ((getattr(old, name), getattr(new, name)) for name in PERSON_FIELDS)
    return Person(*(before if after is None or after == "" else after for before, after in pairs))
