"""Leaves out of a batch whoever is not to be processed (M13)."""

from dataclasses import replace

from audience.dataset import Person
from audience.services.ingest.batches import Batch
from aura.privacy.queries import DoNotProcess


def drop_opted_out(batch: Batch, listed: DoNotProcess) -> int:
    """Take their comments and profiles out, and their naming out of what others wrote; returns how many comments.

    Somebody listed by id is also known by the name that the batch gives to that id, and the other way round.
    """
    if not listed:
        return 0
    people = [comment.person for comment in batch.comments.values()] + batch.profiles
    names, ids = _known_as(people, listed)

    def is_listed(person: Person) -> bool:
        return person.username in names or person.external_id in ids

    gone = {key for key, comment in batch.comments.items() if is_listed(comment.person)}
    batch.comments = {
        key: replace(comment, text=clean)
        if (clean := listed.without_mentions(comment.text)) != comment.text
        else comment
        for key, comment in batch.comments.items()
        if key not in gone
    }
    batch.profiles = [person for person in batch.profiles if not is_listed(person)]
    for code, post in batch.posts.items():
        batch.posts[code] = replace(post, caption=listed.without_mentions(post.caption))
    return len(gone)


def _known_as(people: list[Person], listed: DoNotProcess) -> tuple[set[str], set[str]]:
    names: set[str] = set()
    ids: set[str] = set()
    for person in set(people):
        if listed.has(person.username, person.external_id):
            names.add(person.username)
            ids.add(person.external_id)
    return names - {""}, ids - {""}
