"""Keeps the workspace's table of hashtags: imported, changed, deleted (O4, M15). Inside the workspace's scope."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, Final, TextIO, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.services import record
from aura.http.problems import Problem
from aura.tenancy.scope import current_workspace_id
from optimizer.hashtags import TableReader, TagRow, WrongTable, key_of
from optimizer.hashtags.reading import LONGEST_SOURCE, MOST_BYTES, Line
from optimizer.models import StoredHashtag

MOST_STORED: Final = 200_000
MOST_REFUSALS: Final = 100
COLUMNS: Final = ("niches", "posts", "banned", "source", "read_on")
STAGE: Final = """
DROP TABLE IF EXISTS stage_hashtag;
CREATE TEMP TABLE stage_hashtag (
  line int, key text, name text, niches text[], posts bigint, banned bool, source text, read_on date
) ON COMMIT DROP
"""
COPY: Final = "COPY stage_hashtag FROM STDIN"
# Of a hashtag that stands in a table twice the later line counts, so that the same table twice changes nothing.
UPSERT: Final = """
WITH said AS (SELECT DISTINCT ON (key) * FROM stage_hashtag ORDER BY key, line DESC), done AS (
  INSERT INTO optimizer_storedhashtag AS h (id, workspace_id, name, key, niches, posts, banned, source, read_on)
  SELECT uuidv7(), %(workspace)s, name, key, niches, posts, banned, source, read_on FROM said ORDER BY key
  ON CONFLICT (workspace_id, key) DO UPDATE SET changed_at = now(), {columns} WHERE {changed}
  RETURNING old.id IS NULL AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM said) FROM done
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was left out, and why. ``hashtag`` is as it stands there."""

    line: int
    hashtag: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did, in hashtags; ``refused`` counts lines, of which the first stand in ``refusals``."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def import_table(given: BinaryIO | TextIO | bytes, *, name: str = "", user_id: UUID | None = None) -> Summary:
    """Take a CSV over into the table: columns that it has replace what is stored, others stay. All of it or nothing.

    ``name`` says where it came from, for lines without a ``source``. Memory does not grow with the table. Raises
    :class:`Problem`: ``invalid_table`` (400), ``file_too_large`` (413), ``too_many_hashtags`` (409).
    """
    source = " ".join(name.split())[:LONGEST_SOURCE]
    refusals: list[Refusal] = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(STAGE)
            reader = TableReader(_lines(given))
            refused = _staged(cursor, reader, source, refusals)
            columns = reader.columns | ({"source"} if source else set())
            added, changed, told = _merged(cursor, columns)
            if not told and not refused:
                raise WrongTable("The table has no lines.")
            _check_room()
    except WrongTable as wrong:
        raise Problem("invalid_table", str(wrong), pointer="/file") from None
    except UnicodeDecodeError:
        words = "This is not a text in UTF-8. Save the table as “CSV UTF-8” and try again."
        raise Problem("invalid_table", words, pointer="/file") from None
    summary = Summary(added, changed, told - added - changed, refused, refusals)
    record("optimizer.hashtags_imported", user_id=user_id, added=added, changed=changed, refused=refused)
    return summary


def save(values: dict[str, Any], *, user_id: UUID | None = None) -> StoredHashtag:
    """Add a hashtag, or change what is stored about it. ``values``: ``name`` in its one spelling, and any of
    ``niches``, ``posts``, ``banned``, ``source``, ``read_on``. Raises :class:`Problem` ``too_many_hashtags``.
    """
    given = dict(values)
    name = given.pop("name")
    row, _ = StoredHashtag.objects.update_or_create(
        workspace_id=current_workspace_id(), key=key_of(name), defaults=given | {"name": name}
    )
    _check_room()
    record("optimizer.hashtag_saved", user_id=user_id, target=str(row.pk))
    return row


def remove(rows: Iterable[UUID], *, user_id: UUID | None = None) -> int:
    """Delete hashtags by id; returns how many there were."""
    count, _ = StoredHashtag.objects.filter(pk__in=list(rows)).delete()
    if count:
        record("optimizer.hashtags_removed", user_id=user_id, count=count)
    return count


def remove_all(*, user_id: UUID | None = None) -> int:
    """Delete the whole table; the shipped one stays."""
    count, _ = StoredHashtag.objects.all().delete()
    record("optimizer.hashtags_removed", user_id=user_id, count=count)
    return count


def _lines(given: BinaryIO | TextIO | bytes) -> Iterator[str]:
    """Lines of text of at most 20 MB. Raises ``Problem``, ``UnicodeDecodeError``."""
    stream: Any = io.BytesIO(given) if isinstance(given, bytes) else given
    read = 0
    while line := stream.readline(MOST_BYTES + 1):
        # As bytes each line is decoded alone: no byte of a letter is a line's end in UTF-8.
        read += len(line)
        if read > MOST_BYTES:
            raise Problem("file_too_large", "The table is larger than 20 MB. Split it and try again.", status=413)
        text = line.decode("utf-8") if isinstance(line, bytes) else cast(str, line)
        yield text.replace("\0", "")


def _staged(cursor: CursorWrapper, reader: TableReader, source: str, refusals: list[Refusal]) -> int:
    """Write the good lines into the temporary table; returns how many were refused."""
    refused = 0
    with cursor.copy(COPY) as copy:
        for line in reader:
            if line.row is not None:
                copy.write_row(_values(line, line.row, source))
                continue
            refused += 1
            if len(refusals) < MOST_REFUSALS:
                refusals.append(Refusal(line.number, line.said, line.problem))
    return refused


def _values(
    line: Line, row: TagRow, source: str
) -> tuple[int, str, str, list[str], int | None, bool, str, date | None]:
    key = key_of(row.name)
    return line.number, key, row.name, list(row.niches), row.posts, row.banned, line.source or source, line.read_on


def _merged(cursor: CursorWrapper, columns: Iterable[str]) -> tuple[int, int, int]:
    """New hashtags, changed ones, and all that the table told of."""
    named = ["name", *(column for column in COLUMNS if column in set(columns))]
    sets = ", ".join(f"{column} = excluded.{column}" for column in named)
    differs = " OR ".join(f"h.{column} IS DISTINCT FROM excluded.{column}" for column in named)
    query = UPSERT.format(columns=sets, changed=differs)
    cursor.execute(query, {"workspace": current_workspace_id()})
    added, changed, told = cursor.fetchone()
    return added, changed, told


def _check_room() -> None:
    if StoredHashtag.objects.all()[MOST_STORED:].exists():
        words = f"A workspace keeps at most {MOST_STORED:,} hashtags. Delete some first."
        raise Problem("too_many_hashtags", words, status=409)
