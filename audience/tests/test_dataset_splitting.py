"""A1: JSON is cut into the same items however it is spaced and however it arrives."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.dataset import Limits
from audience.dataset.lines import split_lines
from audience.dataset.parsing import parse_json
from audience.dataset.reader import _pieces
from audience.dataset.splitting import Piece, Splitter, Window, end_of_value, items_of_wrapper

SMALL = Limits(max_item_bytes=2000)
TEXTS = st.text(alphabet=st.sampled_from(list('ab"\\{}[],:\n é💙\t')), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BLANKS = st.sampled_from(["", " ", "\n", "\n  ", "\t\r\n"])


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    for first in range(0, len(data), size):
        yield data[first : first + size]


def split(data: bytes, size: int = 7, limits: Limits = SMALL) -> list[Piece]:
    window = Window(chunked(data, size))
    window.more()
    window.pos = 1
    return list(Splitter(window, limits, listed=True))


@settings(deadline=None, max_examples=150)
@given(st.lists(VALUES, max_size=6), BLANKS, BLANKS, st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_a_list_of_anything_comes_back_as_it_was(
    values: list[Any], before: str, after: str, size: int, indent: int | None, ascii_only: bool
) -> None:
    texts = [json.dumps(value, indent=indent, ensure_ascii=ascii_only) for value in values]
    data = f"[{before}" + f"{before},{after}".join(texts) + f"{after}]{after}"
    pieces = split(data.encode(), size)
    assert [piece.problem for piece in pieces] == [""] * len(values)
    assert [piece.value for piece in pieces] == values


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3), max_size=6), st.integers(1, 40))
def test_objects_one_a_line_come_back_as_they_were(values: list[Any], size: int) -> None:
    data = "".join(json.dumps(value) + "\n" for value in values).encode()
    assert [(piece.line, piece.value) for piece in split_lines(chunked(data, size), SMALL)] == list(
        enumerate(values, start=1)
    )


def test_a_list_may_be_cut_at_every_byte() -> None:
    values = [{"id": "1", "t": 'a "b" },{ é💙'}, {"id": "2", "r": [{"id": "3"}, {"id": "4"}]}, {"id": "5"}]
    data = json.dumps(values, ensure_ascii=False).encode()
    for place in range(1, len(data)):
        window = Window(iter([data[:place], data[place:]]))
        window.more()
        window.pos = 1
        assert [piece.value for piece in Splitter(window, SMALL, listed=True)] == values, place


def test_lines_are_counted_where_items_start() -> None:
    pieces = split(b'[\n {"a":\n 1},\n\n {"b": 2}, {"c": 3}\n]\n', 3)
    assert [piece.line for piece in pieces] == [2, 5, 5]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('{"id":"2","text":tru}', "not valid JSON"),
        ('{"id":"2","text":"no end}', "not valid JSON"),
        ('{"id":"2","owner":{"id":"9"', "not valid JSON"),
        ('{"id":"2"]}', "not valid JSON"),
        ('{id:"2"}', "not valid JSON"),
        ('"id":"2"}', "not valid JSON"),
        ('{"id":"2","text":"%s"}' % ("x" * 3000), "larger than"),
    ],
)
@pytest.mark.parametrize("gap", [",", ",\n  "])
@pytest.mark.parametrize("size", [5, 1000])
def test_reading_goes_on_behind_a_broken_item(broken: str, words: str, gap: str, size: int) -> None:
    good = ['{"id":"%d","owner":{"id":"7"},"replies":[{"x":1},{"x":2}]}' % number for number in (1, 3, 4)]  # noqa: UP031
    pieces = split(f"[{gap.join([good[0], broken, *good[1:]])}]".encode(), size)
    assert [piece.value["id"] for piece in pieces if not piece.problem] == ["1", "3", "4"]
    problems = [piece for piece in pieces if piece.problem]
    assert len(problems) == 1
    assert words in problems[0].problem
    assert problems[0].line == (2 if "\n" in gap else 1)


def test_an_item_that_never_ends_is_read_past_without_being_held() -> None:
    def endless() -> Iterator[bytes]:
        yield b'[{"id":"1"},{"id":"2","text":"'
        for _ in range(300):
            yield b"x" * 1000
        yield b'"},{"id":"3"}]'

    window = Window(endless())
    window.more()
    window.pos = 1
    largest = 0
    pieces = []
    for piece in Splitter(window, SMALL, listed=True):
        pieces.append(piece)
        largest = max(largest, len(window.buffer))
    assert [piece.value and piece.value["id"] for piece in pieces] == ["1", None, "3"]
    assert "larger" in pieces[1].problem
    assert largest < 200_000


@pytest.mark.parametrize("end", ["", '{"id":"3","te', '{"id":"3","text":"a', '{"id":"3"}', "fal", "["])
def test_a_file_that_was_cut_off_says_so(end: str) -> None:
    pieces = split(b'[{"id":"1"},{"id":"2"},' + end.encode())
    assert [piece.value["id"] for piece in pieces[:2]] == ["1", "2"]
    assert pieces[-1].problem


def test_joined_pages_are_one_dataset() -> None:
    assert [piece.value for piece in split(b'[{"a":1}]\n[{"a":2}]\n')] == [{"a": 1}, {"a": 2}]


def test_many_stray_brackets_do_no_harm() -> None:
    pieces = split(b'[{"id":1}' + b'] , {"id":2}' * 3000 + b"]", 1000)
    assert len([piece for piece in pieces if not piece.problem]) == 3001


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000, b"[{" * 50_000])
def test_deep_nesting_is_a_problem_and_no_crash(text: bytes) -> None:
    pieces = split(b"[" + text + b"]", 10_000, Limits())
    assert pieces[0].problem


def test_small_numbers_in_a_row_are_split_quickly() -> None:
    pieces = split(b"[" + b"1,{}," * 20_000 + b"2]", 2**18, Limits())
    assert len(pieces) == 40_001


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": NaN}', {"a": None}),
        (b'{"a": "half \\ud83d pair"}', {"a": "half  pair"}),
        (b'{"a": "raw\x00nul"}', {"a": "raw\0nul"}),
        (b'{"a": [-Infinity]}', {"a": [None]}),
    ],
)
def test_what_exporters_write_beyond_the_standard_is_read(raw: bytes, value: Any) -> None:
    assert parse_json(raw) == value


@pytest.mark.parametrize("wrapper", ['{"items": %s}', '{"total": 3, "data": {"count": 1, "items":%s, "more": [1]}}'])
def test_a_list_inside_an_object_is_found(wrapper: str) -> None:
    data = (wrapper % '[{"id": "1"}, {"id": "2"}]').encode()
    assert [piece.value for piece in _pieces(io.BytesIO(data), "x.json", SMALL)] == [{"id": "1"}, {"id": "2"}]


@pytest.mark.parametrize(
    "head", [b'{"id": 1}', b'{"a": {"items": [1]}}', b'{"a": ["items"]}', b'{"a": "items", "b": 1}']
)
def test_an_object_without_items_is_no_wrapper(head: bytes) -> None:
    assert items_of_wrapper(head) is None


def test_objects_over_several_lines_need_no_list() -> None:
    data = b'{\n "id": "1"\n}\n{\n "id": "2"\n}\n'
    assert [(piece.line, piece.value) for piece in _pieces(io.BytesIO(data), "x", SMALL)] == [
        (1, {"id": "1"}),
        (4, {"id": "2"}),
    ]


def test_the_end_of_a_value_is_where_its_braces_match() -> None:
    assert end_of_value(b' {"a":"}"} ', 1) == 10
    assert end_of_value(b'{"a":"}', 0) == -1
    assert end_of_value(b'{"a":]', 0) == -2
