"""The packs: who commented on each day and post, by number (see ``audience.packed``).

A batch only adds sheets, and a page of the people who are new; a rebuild makes one sheet of each day, month and
post again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db.backends.utils import CursorWrapper

from audience.services.rollups.parts import Changes, Values, written
from audience.services.rollups.sheets import MINE, TOUCH, write_all

SEPARATOR = "\x1f"
PAGE = 8192
MOST_GROUPS = 2**15 - 1
GROUP = "concat_ws(E'\\x1f', p.gender, p.age, p.profile_type, p.language)"
DRIFTED = f"""
SELECT count(*) FROM (
    SELECT FROM (
        SELECT day, sum(total) AS comments FROM audience_audiencesheet WHERE {MINE} AND day IS NOT NULL
        GROUP BY day HAVING sum(total) <> 0
    ) AS s FULL JOIN (SELECT day, comments FROM audience_audienceday WHERE {MINE}) AS d USING (day)
    WHERE s.comments IS DISTINCT FROM d.comments
    UNION ALL SELECT FROM audience_audiencesheet WHERE {MINE} AND (month IS NOT NULL OR summed)
    GROUP BY coalesce(month, date_trunc('month', day)::date)
    HAVING sum(CASE WHEN month IS NULL THEN total ELSE -total END) <> 0
) AS differ WHERE EXISTS (SELECT FROM audience_audiencepacked WHERE {MINE})
    AND EXISTS (SELECT FROM audience_audiencestate WHERE {MINE} AND NOT is_stale)
"""  # noqa: S608  constants, here and below
CLEAR = f"""
DELETE FROM audience_audiencesheet WHERE {MINE};
DELETE FROM audience_audiencepage WHERE {MINE};
DELETE FROM audience_audiencepacked WHERE {MINE}
"""  # noqa: S608
UNNUMBER = f"UPDATE audience_audienceperson SET number = NULL WHERE {MINE} AND number IS NOT NULL"  # noqa: S608
OWNERS_HAVE_NONE = f"{UNNUMBER} AND is_owner"
RANGE = f"SELECT coalesce(max(number) + 1, 0), count(*) FROM audience_audienceperson WHERE {MINE} AND NOT is_owner"  # noqa: S608
NUMBER = f"""
UPDATE audience_audienceperson AS held SET number = f.number FROM (
    SELECT id, (%(next)s + row_number() OVER (ORDER BY commenter_id) - 1)::int AS number
    FROM audience_audienceperson WHERE {MINE} AND NOT is_owner AND number IS NULL
) AS f WHERE held.id = f.id
"""  # noqa: S608
PACKED = f"""
INSERT INTO audience_audiencepacked (id, workspace_id, account_id, people, version, groups)
SELECT uuidv7(), %(workspace)s, %(account)s, %(next)s, gen_random_uuid(), coalesce((
    SELECT array_agg(DISTINCT {GROUP}) FROM audience_audiencegroup AS p WHERE {MINE}), '{{}}')
FROM audience_trackedaccount WHERE id = %(account)s AND workspace_id = %(workspace)s
RETURNING cardinality(groups)
"""  # noqa: S608
PAGES = f"""
WITH g AS (
    SELECT unnest(groups) AS name, generate_subscripts(groups, 1) AS code FROM audience_audiencepacked WHERE {MINE}
), f AS (
    SELECT a.number, a.commenter_id, p.noise_key, g.code
    FROM audience_audienceperson AS a JOIN audience_commenter AS p
        ON p.id = a.commenter_id AND p.workspace_id = %(workspace)s
    JOIN g ON g.name = {GROUP}
    WHERE a.account_id = %(account)s AND a.workspace_id = %(workspace)s AND a.number IS NOT NULL
)
INSERT INTO audience_audiencepage (id, workspace_id, account_id, first, size, commenters, keys, codes, version)
SELECT uuidv7(), %(workspace)s, %(account)s, n / {PAGE} * {PAGE}, count(*),
    string_agg(coalesce(uuid_send(commenter_id), decode(repeat('00', 16), 'hex')), '' ORDER BY n),
    string_agg(int8send(coalesce(noise_key, 0)), '' ORDER BY n),
    string_agg(int2send(coalesce(code, 0)::smallint), '' ORDER BY n), gen_random_uuid()
FROM generate_series(0, %(next)s - 1) AS n LEFT JOIN f ON f.number = n GROUP BY n / {PAGE}
"""  # noqa: S608


STATE = f"SELECT people, groups FROM audience_audiencepacked WHERE {MINE} FOR UPDATE"  # noqa: S608
NEW = f"""
SELECT x.commenter_id, p.noise_key, {GROUP} FROM changed_person AS x CROSS JOIN LATERAL (
    SELECT * FROM audience_commenter WHERE id = x.commenter_id AND workspace_id = %(workspace)s OFFSET 0) AS p
WHERE old_comments IS NULL AND new_comments IS NOT NULL AND NOT new_owner
"""  # noqa: S608
GIVE = f"""
UPDATE audience_audienceperson AS held SET number = f.number
FROM unnest(%(keys)s::uuid[], %(numbers)s::int[]) AS f(id, number) WHERE commenter_id = f.id AND {MINE}
"""  # noqa: S608
ADD_PAGE = """
INSERT INTO audience_audiencepage (id, workspace_id, account_id, first, size, commenters, keys, codes, version)
VALUES (uuidv7(), %(workspace)s, %(account)s, %(first)s, %(size)s, %(commenters)s, %(noise)s, %(codes)s,
    gen_random_uuid())
"""
KNOW = f"UPDATE audience_audiencepacked SET people = %(people)s, version = gen_random_uuid() WHERE {MINE}"  # noqa: S608
GONE = "SELECT old_number FROM changed_person WHERE new_comments IS NULL AND old_number IS NOT NULL"
FIND_PAGES = f"""
SELECT id, first, size{{more}}, codes FROM audience_audiencepage
WHERE {MINE} AND EXISTS (SELECT FROM unnest(%(numbers)s::int[]) AS n WHERE n >= first AND n < first + size)
ORDER BY first FOR UPDATE
"""  # noqa: S608
BLANK = """
UPDATE audience_audiencepage SET commenters = %s, keys = %s, codes = %s, version = gen_random_uuid() WHERE id = %s
"""
RECODE = """
UPDATE audience_audiencepage AS held SET codes = f.codes, version = gen_random_uuid()
FROM unnest(%s::uuid[], %s::bytea[]) AS f(id, codes) WHERE held.id = f.id
"""
THEIR_NUMBERS = """
SELECT account_id, commenter_id, number FROM audience_audienceperson
WHERE workspace_id = %(workspace)s AND commenter_id = ANY (%(people)s::uuid[]) AND number IS NOT NULL
"""


class Packs:
    """``AudiencePacked``, ``AudiencePage`` and ``AudienceSheet``. Comes after people, groups and days."""

    name = "packs"
    exact = True

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Pack everything again; returns how many days and months were packed other than they should have been."""
        cursor.execute(DRIFTED, values)
        drifted = int(cursor.fetchone()[0])
        cursor.execute(CLEAR, values)
        cursor.execute(OWNERS_HAVE_NONE, values)
        cursor.execute(RANGE, values)
        first, people = cursor.fetchone()
        if first > 2 * people + PAGE:
            cursor.execute(UNNUMBER, values)
            first = 0
        values = values | {"next": first}
        values["next"] += written(cursor, NUMBER, values)
        cursor.execute(PACKED, values)
        groups = cursor.fetchone()
        if groups is None or groups[0] > MOST_GROUPS:
            cursor.execute(CLEAR, values)
            return drifted
        cursor.execute(PAGES, values)
        write_all(cursor, values)
        return drifted

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Add sheets of the differences, number who is new, and blank who went."""
        cursor.execute(STATE, values)
        state = cursor.fetchone()
        if state is None or not changes.comments:
            return 0
        if not _number(cursor, values, *state):
            cursor.execute(CLEAR, values)
            return 0
        rows = written(cursor, TOUCH, values)
        cursor.execute(GONE)
        _blank(cursor, values, [row[0] for row in cursor.fetchall()])
        return rows


def _number(cursor: CursorWrapper, values: Values, people: int, groups: list[str]) -> bool:
    """Give new people the next numbers; False where there are too many groups."""
    cursor.execute(NEW, values)
    new = cursor.fetchall()
    codes, added = _coded(groups, [row[2] for row in new])
    if len(groups) + len(added) > MOST_GROUPS:
        return False
    _know(cursor, values, people + len(new), added)
    if new:
        keys = [row[0] for row in new]
        cursor.execute(GIVE, values | {"keys": keys, "numbers": list(range(people, people + len(new)))})
        page = {
            "first": people,
            "size": len(new),
            "commenters": b"".join(key.bytes for key in keys),
            "noise": np.array([row[1] for row in new], ">i8").tobytes(),
            "codes": np.array(codes, ">i2").tobytes(),
        }
        cursor.execute(ADD_PAGE, values | page)
    return True


def _know(cursor: CursorWrapper, values: Values, people: int, groups: list[str]) -> None:
    # Written only where there are some: the list is long.
    statement = KNOW.replace("version =", "groups = groups || %(groups)s::text[], version =") if groups else KNOW
    cursor.execute(statement, values | {"people": people, "groups": groups})


def _coded(groups: Sequence[str], names: Iterable[str]) -> tuple[list[int], list[str]]:
    """The codes of groups by name, and the names that are new."""
    known = {name: place for place, name in enumerate(groups, 1)}
    codes = [known.setdefault(name, len(known) + 1) for name in names]
    return codes, list(known)[len(groups) :]


def _blank(cursor: CursorWrapper, values: Values, gone: Sequence[int]) -> None:
    if not gone:
        return
    cursor.execute(FIND_PAGES.format(more=", commenters, keys"), values | {"numbers": list(gone)})
    for page, first, size, *columns in cursor.fetchall():
        arrays = [bytearray(column) for column in columns]
        for number in gone:
            if first <= number < first + size:
                for array in arrays:
                    width = len(array) // size
                    place = (number - first) * width
                    array[place : place + width] = bytes(width)
        cursor.execute(BLANK, [*map(bytes, arrays), page])


def recode(cursor: CursorWrapper, workspace: UUID, moved: Mapping[UUID, Sequence[str]]) -> None:
    """After people were classified: their codes in all accounts say so. ``moved`` are their groups as they are now."""
    if not moved:
        return
    cursor.execute(THEIR_NUMBERS, {"workspace": workspace, "people": list(moved)})
    of: defaultdict[UUID, dict[int, str]] = defaultdict(dict)
    for account, person, number in cursor.fetchall():
        of[account][number] = SEPARATOR.join(moved[person])
    for account, people in sorted(of.items()):
        _recode(cursor, {"workspace": workspace, "account": account}, people)


def _recode(cursor: CursorWrapper, values: Values, people: Mapping[int, str]) -> None:
    cursor.execute(STATE, values)
    state = cursor.fetchone()
    if state is None:
        return
    codes, added = _coded(state[1], people.values())
    if len(state[1]) + len(added) > MOST_GROUPS:
        cursor.execute(CLEAR, values)
        return
    _know(cursor, values, state[0], added)
    numbers, new = np.array(list(people)), np.array(codes)
    cursor.execute(FIND_PAGES.format(more=""), values | {"numbers": list(people)})
    changed: list[tuple[Any, bytes]] = []
    for page, first, size, held in cursor.fetchall():
        array = np.frombuffer(held, ">i2").copy()
        here = (numbers >= first) & (numbers < first + size)
        array[numbers[here] - first] = new[here]
        changed.append((page, array.tobytes()))
    cursor.execute(RECODE, [[page for page, _ in changed], [codes for _, codes in changed]])
