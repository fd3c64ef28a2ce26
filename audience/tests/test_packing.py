"""A10: what is packed is read again as it was."""

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audience import packing
from audience.packing import Crowd

MOST = 2**40
people = st.integers(0, 400) | st.integers(0, 2**31 - 1)
comments = st.lists(st.tuples(people, st.integers(-MOST, MOST) | st.integers(0, 9)), min_size=1, max_size=80)


def columns(sheet: packing.Sheet) -> tuple[int, bytes, bytes, bytes]:
    return sheet.size, sheet.people, sheet.comments, sheet.likes


def told(found: Crowd | None) -> list[tuple[int, int, int]]:
    assert found
    return list(zip(found.people.tolist(), found.comments.tolist(), found.likes.tolist(), strict=True))


def gathered(some: list[tuple[int, int]]) -> packing.Sheet:
    who, likes = (np.array(column) for column in zip(*some, strict=True))
    return packing.gathered(who.astype(">i4").tobytes(), likes.astype(">i8").tobytes())


def wanted(some: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    many, likes = Counter(who for who, _ in some), defaultdict[int, int](int)
    for who, liked in some:
        likes[who] += liked
    return [(who, many[who], likes[who]) for who in sorted(many)]


@given(comments)
def test_a_sheet_says_who_commented_how_often_with_how_many_likes(some: list[tuple[int, int]]) -> None:
    sheet = gathered(some)
    assert sheet.total == len(some)
    assert told(packing.crowd([columns(sheet)])) == wanted(some)
    assert len(sheet.people) <= 4 * sheet.size


@given(st.lists(comments, min_size=1, max_size=4))
def test_the_sheet_of_a_month_is_what_its_days_add_up_to(days: list[list[tuple[int, int]]]) -> None:
    sheet = packing.together([gathered(day) for day in days])
    assert sheet
    assert told(packing.crowd([columns(sheet)])) == wanted([one for day in days for one in day])


@given(comments, comments)
def test_sheets_of_bits_and_of_numbers_add_up(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    both = [columns(gathered(some)), columns(gathered(others))]
    assert told(packing.crowd(both)) == wanted(some + others)


@given(st.lists(st.dictionaries(st.integers(0, 130), st.tuples(st.integers(-2, 2), st.integers(-9, 9))), max_size=3))
def test_a_month_and_what_a_few_days_changed_add_up(few: list[dict[int, tuple[int, int]]]) -> None:
    month = gathered([(who, who % 4) for who in range(0, 120) for _ in range(1 + who % 2)])
    both = {who: [many, likes] for who, many, likes in told(packing.crowd([columns(month)]))}
    given = [columns(month)]
    for day in few:
        numbers = (
            (np.array(list(part)) for part in (day, *zip(*day.values(), strict=True))) if day else [np.array([])] * 3
        )
        who, many, likes = (
            array.astype(kind).tobytes() for array, kind in zip(numbers, (">i4", ">i1", ">i2"), strict=True)
        )
        given.insert(0, (len(day), who, many, likes))
        for number, (more, liked) in day.items():
            here = both.setdefault(number, [0, 0])
            both[number] = [here[0] + more, here[1] + liked]
    assert told(packing.crowd(given)) == [(who, *both[who]) for who in sorted(both) if both[who][0] > 0]


def test_many_neighbours_are_bits() -> None:
    sheet = gathered([(number, 1) for number in range(0, 4000, 2)])
    assert (sheet.size, len(sheet.people), len(sheet.comments), len(sheet.likes)) == (2000, 500, 2000, 2000)


def test_few_large_counts_leave_the_others_narrow() -> None:
    some = [(number, {7: 2**40, 9: -128, 11: 128}.get(number, -127)) for number in range(100)]
    sheet = gathered(some)
    assert len(sheet.likes) == 100 + 3 * 12
    assert told(packing.crowd([columns(sheet)])) == wanted(some)


def test_more_likes_than_anybody_has_are_left_to_the_database() -> None:
    sheet = gathered([(1, 2**63 - 1), (1, 2**63 - 1), (2, 5)])
    assert packing.crowd([columns(sheet)]) is None
    assert packing.together([sheet]) is None


def test_times_are_counted() -> None:
    places, many = packing.counted(np.array([7, -2, 7], ">i4").tobytes())
    assert packing.added([(places, many)]) == ([-2, 7], [1, 2])
    assert packing.counted(b"") == (b"", b"")
