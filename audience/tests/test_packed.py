"""A10: the arithmetic of the packs is that of the database, and what a process keeps of it follows every change."""

import random

import numpy as np
import pytest
from django.db import connection

from audience import packed, packing
from audience.queries import packs
from audience.queries.matching import kept
from audience.tests.test_packs import AXES


def test_where_people_are_counted_is_worked_out_anew_only_for_who_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    many: list[int] = []
    shuffled = packed.shuffled

    def noting(keys: packing.Numbers, codes: packed.Codes, of: packed.Places) -> packed.Places32:
        many.append(len(keys))
        return shuffled(keys, codes, of)

    monkeypatch.setattr(packed, "shuffled", noting)
    named = ["woman", "man", "unknown"]
    groups = [packs.SEPARATOR.join((gender, "18-24", "person", "en")) for gender in named]
    keys = np.arange(1, 41, dtype=np.int64) * 2**40
    codes = np.array([1, 2] * 20, np.int16)

    def told(known: int) -> list[int]:
        some = [dict(zip(packs.NAMES, group.split(packs.SEPARATOR), strict=True)) for group in groups[:known]]
        of = packed.places(AXES, some, kept)
        found = packs._cells("somebody", packs._Pages({}, keys.copy(), codes.copy()), groups[:known], of)
        right = [place for place in range(len(keys)) if codes[place] <= known]
        assert found[right].tolist() == shuffled(keys[right], codes[right], of).tolist()
        return many

    packs._CELLS.held.clear()
    assert told(2) == [40]
    assert told(2) == [40, 0]
    codes[7] = 3
    assert told(2) == [40, 0, 0], "its group is not known yet"
    assert told(3) == [40, 0, 0, 1]
    keys, codes = np.append(keys, 5), np.append(codes, np.int16(1))
    keys[4] = 0
    assert told(3) == [40, 0, 0, 1, 2]
    groups.reverse()
    assert told(3) == [40, 0, 0, 1, 2, 41], "the codes mean something else"


@pytest.mark.parametrize("salt", [1, 2, 3, 4])
@pytest.mark.django_db
def test_people_are_hashed_as_the_database_hashes_them(salt: int) -> None:
    chance = random.Random(salt)
    keys = [0, -1, 2**63 - 1, -(2**63), *(chance.getrandbits(64) - 2**63 for _ in range(500))]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hashint8extended(k, %s) FROM unnest(%s::bigint[]) WITH ORDINALITY AS u(k, n) ORDER BY n",
            [salt, keys],
        )
        wanted = [row[0] % 2**64 for row in cursor.fetchall()]
    high, low = packed.hashed(packed.folded(np.array(keys)), salt)
    assert [int(a) << 32 | int(b) for a, b in zip(high, low, strict=True)] == wanted


def test_sums_that_floating_point_would_round_are_left_to_the_database() -> None:
    def sheet(likes: int) -> tuple[int, bytes, bytes, bytes]:
        return 1, np.array([0], ">i4").tobytes(), np.array([1], ">i2").tobytes(), np.array([likes], ">i8").tobytes()

    assert packing.crowd([sheet(2**53), sheet(1)]) is None
    for most in (2**51, 2**30 - 6, 2**30 - 5, 40):
        found = packing.crowd([sheet(most), sheet(5)])
        assert found is not None
        assert packed.squares(found) == (1, 2, most + 5, 4, (most + 5) ** 2, 2 * (most + 5))


def test_comments_and_likes_taken_back_leave_what_stays() -> None:
    def sheet(*rows: tuple[int, int, int]) -> tuple[int, bytes, bytes, bytes]:
        who, comments, likes = (np.array(column) for column in zip(*rows, strict=True))
        return len(rows), who.astype(">i4").tobytes(), comments.astype(">i2").tobytes(), likes.astype(">i8").tobytes()

    for most in (2**33, 2**29 - 10):
        found = packing.crowd(
            [sheet((0, 2, 7), (2, 1, most), (3, 1, 0)), sheet((0, -1, -9), (2, -1, -most), (3, 1, -4))]
        )
        assert found is not None
        assert (found.people.tolist(), found.comments.tolist(), found.likes.tolist()) == ([0, 3], [1, 2], [-2, -4])
    assert packing.crowd([]) is not None
