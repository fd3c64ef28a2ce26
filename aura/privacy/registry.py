"""Which fields hold something about a person, and who erases, exports and sweeps it.

Every app says so in its ``personal.py``. A test walks all models: a field of text or JSON must be declared one way or
the other, and a personal one must have an eraser (docs/privacy.md).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from aura.privacy.subjects import Identifiers


class Kind(StrEnum):
    """What a personal field is, which decides how it is erased."""

    IDENTIFIER = "identifier"  # names the person the row is about: the keeper deletes the row
    DERIVED = "derived"  # says something about that person: goes with the row
    TEXT = "text"  # may name anybody: each naming is replaced
    JSON = "json"  # as TEXT, at any depth
    MEMBER = "member"  # about a person who signs in: goes with their account


ROWS = {Kind.IDENTIFIER, Kind.DERIVED}
CLEANED = {Kind.TEXT, Kind.JSON}

_personal: dict[str, dict[str, Kind]] = {}
_impersonal: dict[str, set[str]] = {}


def personal(label: str, **fields: Kind) -> None:
    """Declare personal fields of the model ``app.Model``."""
    _personal.setdefault(label, {}).update(fields)


def impersonal(label: str, *names: str) -> None:
    """Declare fields of text or JSON that never hold anything about a person."""
    _impersonal.setdefault(label, set()).update(names)


def personal_fields(label: str) -> dict[str, Kind]:
    """The personal fields of a model by name."""
    return _personal.get(label, {})


def impersonal_fields(label: str) -> set[str]:
    """The fields of a model that were declared as not personal."""
    return _impersonal.get(label, set())


def declared() -> dict[str, dict[str, Kind]]:
    """All personal fields by model."""
    return {label: dict(fields) for label, fields in sorted(_personal.items())}


@dataclass
class Erasure:
    """One erasure at work: whom it is about, how many rows of which table are gone, which files must go after it."""

    who: Identifiers
    counts: Counter[str] = field(default_factory=Counter)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """One table of a person's export: ``rows`` are flat; ``pictures`` are (name in the archive, path in storage)."""

    name: str
    rows: list[dict[str, Any]]
    pictures: tuple[tuple[str, str], ...] = ()


class Keeper:
    """What an app does with the personal data it keeps. Subclass, override what applies, and :func:`keep` one.

    All methods but ``erase_files`` run inside the workspace's scope and a transaction; all may be called again.
    """

    erases: frozenset[str] = frozenset()
    """Labels of the models whose rows about a person ``erase_rows`` deletes."""

    def objection(self, who: Identifiers) -> str:
        """Why this person cannot be erased now, in words for people; "" where nothing stands against it."""
        return ""

    def find(self, who: Identifiers) -> Identifiers:
        """Further names and ids by which the app knows the person."""
        return Identifiers()

    def known(self) -> Iterator[tuple[str, str]]:
        """(user name, id) of every person whom the app has rows about; for the replay after a restore."""
        return iter(())

    def erase_rows(self, erasure: Erasure) -> None:
        """Delete the rows about the person; count them, and name the files that nothing needs any more."""

    def erase_files(self, workspace_id: UUID, who: Identifiers, paths: Sequence[str]) -> dict[str, int]:
        """Outside any transaction: delete those files, and clean the ones that wait to be read. Returns counts."""
        return {}

    def collect(self, who: Identifiers) -> Iterable[Section]:
        """All that the app holds about the person."""
        return ()

    def sweep(self, kind: str, before: datetime, most: int) -> int:
        """Delete up to ``most`` things of a kind that are older; returns how many, 0 where nothing is left."""
        return 0


_keepers: list[Keeper] = []


def keep(keeper: Keeper) -> None:
    """Register an app's keeper."""
    _keepers.append(keeper)


def keepers() -> list[Keeper]:
    """All keepers, in the order of their apps."""
    return list(_keepers)
