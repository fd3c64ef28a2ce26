"""The figures of an import, and what it must remember of the file so that nothing is counted twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from audience.services.ingest.seen import Keys, SeenSet, keys_of_rows

MAX_ERRORS = 100
REMEMBERED = ("seen_comments", "seen_people", "changed_people", "seen_posts", "told_posts")
NOTHING = np.zeros(0, dtype=np.uint64)


@dataclass(slots=True)
class Count:
    """How many of one kind were new, changed or as they were."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def as_json(self) -> dict[str, int]:
        """For ``Run.counts``."""
        return {"new": self.new, "updated": self.updated, "unchanged": self.unchanged}


@dataclass(slots=True)
class Tally:
    """``items``: top-level records read. ``comments``: distinct ones, replies included. ``people``: distinct commenters
    of the file; one who was first unchanged and is changed later in the file counts as updated. ``posts``: distinct
    ones. ``skipped``: repeats, error items and what could not be used. ``opted_out``: comments of people who are not to
    be processed; nothing of them is stored.
    """

    items: int = 0
    comments: Count = field(default_factory=Count)
    people: Count = field(default_factory=Count)
    posts: int = 0
    skipped: int = 0
    opted_out: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    seen_comments: SeenSet = field(default_factory=SeenSet)
    seen_people: SeenSet = field(default_factory=SeenSet)
    changed_people: SeenSet = field(default_factory=SeenSet)
    seen_posts: SeenSet = field(default_factory=SeenSet)
    told_posts: SeenSet = field(default_factory=SeenSet)

    @classmethod
    def resumed(cls, counts: Mapping[str, Any]) -> "Tally":
        """From ``Run.counts`` of an import that stopped; what it remembers comes back by replaying its batches."""
        if not counts:
            return cls()
        return cls(
            items=counts["items"],
            comments=Count(**counts["comments"]),
            people=Count(**counts["people"]),
            posts=counts["posts"],
            skipped=counts["skipped"],
            opted_out=counts.get("opted_out", 0),
            errors=list(counts["errors"]),
        )

    def memory(self) -> dict[str, Keys]:
        """What was met, for the next file of the same run; the figures are in :meth:`as_json`."""
        sets: dict[str, SeenSet] = {name: getattr(self, name) for name in REMEMBERED}
        return {name: np.concatenate([NOTHING, *found.levels]) for name, found in sets.items()}

    def remember(self, memory: Mapping[str, Keys]) -> None:
        """Take up :meth:`memory` of an earlier file."""
        for name in REMEMBERED:
            if name in memory:
                getattr(self, name).add(memory[name])

    def as_json(self) -> dict[str, Any]:
        """For ``Run.counts``."""
        return {
            "items": self.items,
            "comments": self.comments.as_json(),
            "people": self.people.as_json(),
            "posts": self.posts,
            "skipped": self.skipped,
            "opted_out": self.opted_out,
            "errors": self.errors,
        }

    def add_error(self, line: int, message: str) -> None:
        """Keep the first hundred messages."""
        if len(self.errors) < MAX_ERRORS:
            self.errors.append({"line": line, "message": message})

    def add_people(self, rows: Sequence[UUID], new: Sequence[UUID], updated: Sequence[UUID]) -> None:
        """Count the people of one batch; ``rows`` are all of them, each once."""
        again = int(self.seen_people.has(keys_of_rows(rows)).sum())
        changed = keys_of_rows(updated)
        late = self.seen_people.has(changed) & ~self.changed_people.has(changed)
        first = ~self.seen_people.has(changed)
        self.people.new += len(new)
        self.people.updated += int(first.sum()) + int(late.sum())
        self.people.unchanged += len(rows) - again - len(new) - int(first.sum()) - int(late.sum())
        self.remember_people(rows, [*new, *updated])

    def remember_people(self, rows: Sequence[UUID], changed: Sequence[UUID]) -> None:
        """Without counting: these were in the file, and these of them are new or updated."""
        self.seen_people.add(keys_of_rows(rows))
        self.changed_people.add(keys_of_rows(changed))

    def add_posts(self, rows: Sequence[UUID]) -> None:
        """Count the posts of one batch; ``rows`` are all of them, each once."""
        keys = keys_of_rows(rows)
        self.posts += len(rows) - int(self.seen_posts.has(keys).sum())
        self.seen_posts.add(keys)
