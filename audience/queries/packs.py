"""Answers about a period or a post from the packs (A10): the same as counting its comments, without reading them.

None wherever the packs do not say: an account that was never packed, or whose rollups wait for a rebuild; a post within
days. Then the caller counts the comments. What was read stays in this process, within bounds, under the version that
every change of the packs replaces.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import numpy as np
from django.db import connection
from psycopg import Cursor

from audience import packed, packing
from audience.anonymity import Census
from audience.models import TrackedAccount
from audience.packing import Crowd, Numbers

KEPT_PAGES, KEPT_CELLS, KEPT_CROWDS = 64 * 2**20, 64 * 2**20, 32 * 2**20
"""Bytes that a process keeps: of people (ten each), of where they are counted (four each, with the people as they were

then), and of who commented in the periods asked for last."""
MANY = 8
"""From this part of all people on, an answer counts them where everybody is counted, worked out once."""
OWNERS = """(
    SELECT id FROM audience_commenter WHERE workspace_id = %(workspace)s AND username = %(username)s
    UNION ALL SELECT id FROM audience_commenter
    WHERE workspace_id = %(workspace)s AND external_id = %(external)s AND external_id <> ''
)"""
SEPARATOR = "\x1f"
NAMES = ("gender", "age", "profile_type", "language")
# The account's own rows must be the same as when it was packed.
STATE = f"""
WITH own AS {OWNERS}
SELECT k.id, k.version FROM audience_audiencepacked AS k
WHERE k.account_id = %(account)s AND k.workspace_id = %(workspace)s AND EXISTS (
    SELECT FROM audience_audiencestate WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND NOT is_stale
) AND NOT EXISTS (
    SELECT FROM own CROSS JOIN LATERAL (
        SELECT is_owner FROM audience_audienceperson
        WHERE commenter_id = own.id AND account_id = %(account)s AND workspace_id = %(workspace)s OFFSET 0
    ) AS a WHERE NOT is_owner
) AND NOT EXISTS (
    SELECT FROM audience_audienceperson
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND is_owner
        AND commenter_id NOT IN (SELECT id FROM own)
)
"""  # noqa: S608  a constant
OF_POST = """
SELECT size, people, comments, likes FROM audience_audiencesheet
WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND post = %(post)s
"""
# Whole months from the sheets of months and from what was added to their days since.
OF_DAYS = """
SELECT size, people, comments, likes FROM audience_audiencesheet
WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND month >= %(first)s AND month < %(after)s
UNION ALL SELECT size, people, comments, likes FROM audience_audiencesheet
WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND day >= %(start)s AND day <= %(end)s
    AND NOT (summed AND day >= %(first)s AND day < %(after)s)
"""
TIMES = """
SELECT quarters, dated FROM audience_audiencesheet
WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND post = %(post)s
"""
# In one statement, so that pages and groups are of one moment.
PAGES = """
SELECT k.groups, g.ids, g.versions, g.firsts, g.sizes FROM audience_audiencepacked AS k CROSS JOIN LATERAL (
    SELECT array_agg(id) AS ids, array_agg(version) AS versions, array_agg(first) AS firsts, array_agg(size) AS sizes
    FROM audience_audiencepage WHERE account_id = %(account)s AND workspace_id = %(workspace)s
) AS g WHERE k.id = %(packed)s AND k.version = %(version)s
"""
READ = "SELECT id, version, keys, codes FROM audience_audiencepage WHERE id = ANY (%(pages)s::uuid[])"
# Numbers mean the same people as long as the row of the packs is the same.
NAMED = """
SELECT n, substring(g.commenters FROM 16 * (n - g.first) + 1 FOR 16)
FROM unnest(%(numbers)s::int[]) AS n JOIN audience_audiencepacked AS k ON k.id = %(packed)s
JOIN audience_audiencepage AS g ON g.account_id = %(account)s AND g.workspace_id = %(workspace)s
    AND n >= g.first AND n < g.first + g.size
"""
MOST_NAMED = 2000
Thing = TypeVar("Thing")


class _Kept(Generic[Thing]):
    """What was used last, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.most, self.lock, self.held = most, Lock(), OrderedDict[Hashable, tuple[Thing, int]]()

    def get(self, key: Hashable) -> Thing | None:
        with self.lock:
            if key not in self.held:
                return None
            self.held.move_to_end(key)
            return self.held[key][0]

    def put(self, key: Hashable, thing: Thing, size: int) -> None:
        with self.lock:
            self.held.pop(key, None)
            if size <= self.most:
                self.held[key] = thing, size
            while sum(size for _, size in self.held.values()) > self.most:
                self.held.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Pages:
    """The people of an account: keys and codes by number, from these versions of its pages."""

    versions: Mapping[UUID, UUID]
    keys: Numbers
    codes: packed.Codes

    @property
    def size(self) -> int:
        return self.keys.nbytes + self.codes.nbytes


@dataclass(frozen=True, slots=True)
class Found:
    """Who commented, and the version of the packs that says so."""

    crowd: Crowd
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Where everybody is counted in a census, for people as these pages have them and groups by code."""

    pages: _Pages
    groups: Sequence[str]
    cells: packed.Places32

    @property
    def size(self) -> int:
        return self.cells.nbytes + self.pages.size


_PAGES: _Kept[_Pages] = _Kept(KEPT_PAGES)
_CELLS: _Kept[_Cells] = _Kept(KEPT_CELLS)
_CROWDS: _Kept[Crowd] = _Kept(KEPT_CROWDS)
_IN_USE: WeakValueDictionary[Hashable, Crowd] = WeakValueDictionary()
"""Whoever holds an answer to ask more about it need not have it read again, however large it is."""


def _rows(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _arrays(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of arrays as they are, which Django would have sent as text of twice the size."""
    with Cursor(connection.connection) as cursor:
        cursor.execute(query.encode(), values, binary=True)
        return cursor.fetchall()


def _packed(account: TrackedAccount, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What to ask the packs of an account with; None where they may not be asked."""
    values: dict[str, Any] = {"account": account.pk, "workspace": account.workspace_id, **asked}
    values |= {"username": account.username, "external": account.external_id}
    state = _rows(STATE, values)
    return values | dict(zip(("packed", "version"), state[0], strict=True)) if state else None


def commenting(account: TrackedAccount, start: date | None, end: date | None, post: UUID | None) -> Found | None:
    """Who of the audience commented on these days (inclusive, UTC), or on this post."""
    if bool(post) == bool(start or end):
        return None
    days = start or date.min, end or date.max
    asked = dict(zip(("start", "end", "first", "after"), days + packing.whole_months(*days), strict=True))
    values = _packed(account, asked | {"post": post})
    if values is None:
        return None
    key = (account.pk, values["version"], start, end, post)
    found = _CROWDS.get(key) or _IN_USE.get(key)
    if found is None:
        found = packing.crowd(_arrays(OF_POST if post else OF_DAYS, values))
        if found is None:
            return None
        _CROWDS.put(key, found, found.size)
        _IN_USE[key] = found
    return Found(found, values)


def times(account: TrackedAccount, post: UUID) -> tuple[list[int], list[int]] | None:
    """In which quarters of hours since 1970 the audience's dated comments on a post came, and how many in each."""
    values = _packed(account, {"post": post})
    rows = _arrays(TIMES, values) if values else [(None, None)]
    # Sheets of an older version do not say.
    if any(quarters is None or dated is None for quarters, dated in rows):
        return None
    return packing.added([(quarters, dated) for quarters, dated in rows])


def count_in(census: Census, found: Found, kept: Callable[[str, Sequence[str]], str]) -> bool:
    """Count the people by their own and their shuffled values; False where the packs changed meanwhile."""
    rows = _rows(PAGES, found.values)
    people = found.crowd.people
    pages = _pages(found.values, *rows[0][1:]) if rows else None
    if pages is None or (len(people) and int(people[-1]) >= len(pages.keys)):
        return False
    keys, codes, groups = pages.keys[people], pages.codes[people], rows[0][0]
    if len(codes) and not 0 < int(codes.min()) <= int(codes.max()) <= len(groups):
        return False
    of = packed.places(census.axes, [dict(zip(NAMES, name.split(SEPARATOR), strict=True)) for name in groups], kept)
    if len(people) * MANY < len(pages.keys) or _CELLS.most < pages.size + 4 * len(pages.keys):
        cells = packed.shuffled(keys, codes, of)
    else:
        cells = _cells((found.values["account"], *map(tuple, census.axes.values())), pages, groups, of)[people]
    packed.count_in(census, keys, codes, cells, of)
    return True


def _cells(key: Hashable, pages: _Pages, groups: Sequence[str], of: packed.Places) -> packed.Places32:
    """Where everybody is counted; worked out anew only for whom the packs changed."""
    held = _CELLS.get(key)
    if held and held.pages is pages and held.groups == groups:
        return held.cells
    many = len(pages.keys)
    cells, changed = np.full(many, -1, np.int32), np.ones(many, np.bool_)
    # A code means the same for good, as long as the packs are not made anew.
    if held and held.groups == groups[: len(held.groups)]:
        same = min(many, len(held.cells))
        cells[:same] = held.cells[:same]
        changed[:same] = (cells[:same] < 0) | (pages.keys[:same] != held.pages.keys[:same])
        changed[:same] |= pages.codes[:same] != held.pages.codes[:same]
    # Codes that these groups do not have are of nobody who is asked about now.
    cells[changed] = -1
    changed &= (pages.codes >= 0) & (pages.codes < len(of.own))
    cells[changed] = packed.shuffled(pages.keys[changed], pages.codes[changed], of)
    kept = _Cells(pages, groups, cells)
    _CELLS.put(key, kept, kept.size)
    return cells


def _pages(
    values: Mapping[str, Any],
    ids: Sequence[UUID] | None,
    versions: Sequence[UUID] | None,
    firsts: Sequence[int] | None,
    sizes: Sequence[int] | None,
) -> _Pages | None:
    """All people of an account, of which only pages that changed are read; None where they changed meanwhile."""
    held = _PAGES.get(values["account"]) or _Pages({}, np.zeros(0, np.int64), np.zeros(0, np.int16))
    there = dict(zip(ids or (), versions or (), strict=True))
    if there == held.versions:
        return held
    places = {
        page: slice(first, first + size) for page, first, size in zip(ids or (), firsts or (), sizes or (), strict=True)
    }
    many = max((place.stop for place in places.values()), default=0)
    keys, codes = np.zeros(many, np.int64), np.zeros(many, np.int16)
    same = min(many, len(held.keys))
    keys[:same], codes[:same] = held.keys[:same], held.codes[:same]
    changed = [page for page, version in there.items() if held.versions.get(page) != version]
    rows = _arrays(READ, {"pages": changed})
    if len(rows) != len(changed):
        return None
    for page, version, some, of in rows:
        keys[places[page]], codes[places[page]] = np.frombuffer(some, ">i8"), np.frombuffer(of, ">i2")
        there[page] = version
    pages = _Pages(there, keys, codes)
    _PAGES.put(values["account"], pages, pages.size)
    return pages


def foremost(found: Found, most: int, order: str) -> list[UUID] | None:
    """The first ``most`` people by ``comments`` or ``likes``, in their order; None where too many tie for the last.

    Ties go by comments, then by the people's ids.
    """
    crowd = found.crowd
    numbers = packed.foremost(crowd, most, order)
    if len(numbers) > MOST_NAMED:
        return None
    rows = _arrays(NAMED, dict(found.values) | {"numbers": numbers.tolist()})
    if len(rows) != len(numbers):
        return None
    places = np.searchsorted(crowd.people, np.array([row[0] for row in rows], np.int64))
    likes = -crowd.likes[places] if order == "likes" else np.zeros(len(places), np.int64)
    ranked = sorted(zip(likes.tolist(), (-crowd.comments[places]).tolist(), (row[1] for row in rows), strict=True))
    return [UUID(bytes=bytes(row[2])) for row in ranked[:most]]
