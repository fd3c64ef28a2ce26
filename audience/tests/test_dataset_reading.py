"""A1: every format an export can have gives the same records, and what is no dataset is refused in clear words."""

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audience.dataset import CommentItem, DatasetRefused, ErrorItem, Limits, PostItem, ProfileItem, Record, read_dataset

DATA = Path(__file__).parent / "data"
COMMENTS = (DATA / "apify_comment_items.json").read_bytes()


def read(data: bytes, filename: str = "dataset.json", limits: Limits | None = None) -> list[Record]:
    return list(read_dataset(io.BytesIO(data), filename=filename, limits=limits or Limits()))


def items(records: list[Record]) -> list[Any]:
    return [item for record in records for item in record.items]


def refusal(data: bytes, filename: str = "dataset.json", limits: Limits | None = None) -> DatasetRefused:
    with pytest.raises(DatasetRefused) as caught:
        read(data, filename, limits)
    return caught.value


def flattened(values: list[dict[str, Any]], join: str = "/") -> list[dict[str, Any]]:
    def flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        if pairs is None:
            yield path, value
            return
        for key, part in pairs:
            yield from flat(part, f"{path}{join}{key}" if path else str(key))

    return [dict(flat(value, "")) for value in values]


def as_csv(values: list[dict[str, Any]], delimiter: str = ",", join: str = "/") -> bytes:
    rows = flattened(values, join)
    out = io.StringIO()
    writer = csv.DictWriter(out, sorted({key for row in rows for key in row}), delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_a_recorded_comment_keeps_what_it_said() -> None:
    first, gif, thread = read(COMMENTS)
    (comment,) = first.items
    assert isinstance(comment, CommentItem)
    assert (comment.id, comment.likes, comment.replies_count, comment.text) == (
        "18000000000000001",
        4,
        None,
        "Love this 💙",
    )
    assert comment.post.shortcode == "DAAAAAAAAA1"
    assert (comment.person.external_id, comment.person.username, comment.person.is_verified) == (
        "50000000001",
        "sample.user.one",
        False,
    )
    assert str(comment.commented_at) == "2026-06-22 17:24:20+00:00"
    assert items([gif])[0].gif_url == "https://static.example.net/x.gif"
    assert [(item.id, item.parent_id) for item in items([thread])] == [
        ("18000000000000003", ""),
        ("18000000000000031", "18000000000000003"),
    ]
    assert items([thread])[1].person.username == "sample.user.one"


def test_recorded_posts_profiles_and_error_items_are_told_apart() -> None:
    posts = items(read((DATA / "apify_post_items.json").read_bytes()))
    assert [type(post) for post in posts] == [PostItem] * 3
    assert [post.likes for post in posts] == [55952, None, 11481]
    assert {owner for post in posts for owner in post.owners} == {"sample_brand"}
    (profile,) = items(read((DATA / "apify_profile_items.json").read_bytes()))
    assert isinstance(profile, ProfileItem)
    assert profile.person.followers == 12613771
    (failure,) = items(read((DATA / "apify_error_item.json").read_bytes()))
    assert failure == ErrorItem("Empty or private data for provided input")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_spacing_encoding_and_packing_make_no_difference(indent: int | None, encoding: str, packed: bool) -> None:
    data = json.dumps(json.loads(COMMENTS), indent=indent, ensure_ascii=False).encode(encoding)
    assert items(read(gzip.compress(data) if packed else data)) == items(read(COMMENTS))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_one_item_a_line_is_the_same_dataset(newline: str) -> None:
    data = newline.join(json.dumps(item) for item in json.loads(COMMENTS)).encode()
    assert items(read(data, "x.jsonl")) == items(read(COMMENTS))
    assert items(read(data, "upload")) == items(read(COMMENTS))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("join", ["/", "."])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_flattened_table_is_the_same_dataset(delimiter: str, join: str, encoding: str) -> None:
    data = as_csv(json.loads(COMMENTS), delimiter, join).decode().encode(encoding)
    assert items(read(data, "x.csv")) == items(read(COMMENTS))


def test_quoted_line_breaks_and_excels_first_line_are_understood() -> None:
    data = b'sep=;\r\n"id";"text";"ownerUsername";"postUrl"\r\n1;"two\r\nlines; ""quoted""";ann;https://www.instagram.com/p/AB/\r\n2;b;bob;https://www.instagram.com/p/AB/\r\n'
    records = read(data, "x.csv")
    assert [item.text for item in items(records)] == ['two\r\nlines; "quoted"', "b"]
    assert [record.line for record in records] == [3, 5]


def test_a_broken_quote_in_a_table_costs_one_row() -> None:
    row = '{},"{}",ann,https://www.instagram.com/p/AB/\n'
    good = [row.format(number, f"text {number}") for number in range(1, 6)]
    broken = '9,"no end,ann,https://www.instagram.com/p/AB/\n'
    data = "id,text,ownerUsername,postUrl\n" + "".join([*good[:2], broken, *good[2:]])
    records = read(data.encode(), "x.csv")
    assert [item.id for item in items(records)] == ["1", "2", "3", "4", "5"]
    assert [(record.line, bool(record.problem)) for record in records if record.problem] == [(4, True)]


def test_a_row_that_was_cut_off_is_named() -> None:
    data = b"id,text,ownerUsername,postUrl\n1,a,ann,https://www.instagram.com/p/AB/\n2,b"
    assert [(record.line, record.problem) for record in read(data, "x.csv") if record.problem] == [
        (3, "This row has 2 columns, the header has 4.")
    ]


def test_a_broken_line_is_named_and_the_rest_is_kept() -> None:
    lines = [json.dumps(item) for item in json.loads(COMMENTS)]
    for bad in (
        b'{"id": "1", "text',
        b"not json at all",
        b"\xff\xfe\xfa",
        b"[1, 2]",
        b"12",
        b"null",
        b'{"x": 1}',
        b"{}",
    ):
        data = "\n".join(lines[:2]).encode() + b"\n" + bad + b"\n" + lines[2].encode()
        records = read(data, "x.jsonl")
        assert len(items(records)) == 4, bad
        assert [(record.line, record.number) for record in records if record.problem] == [(3, 3)], bad


def test_an_item_over_a_megabyte_is_named_and_the_rest_is_kept() -> None:
    lines = [json.dumps(item) for item in json.loads(COMMENTS)]
    huge = json.dumps({"id": "1", "text": "x" * 2**21})
    for data in ("\n".join([lines[0], huge, lines[1]]), f"[{lines[0]},{huge},{lines[1]}]"):
        records = read(data.encode())
        assert [record.problem for record in records] == ["", "This item is larger than 1024 KB.", ""]


def test_a_broken_reply_leaves_its_thread() -> None:
    value = json.loads(COMMENTS)[2]
    value["replies"] = [{"text": "no id", "ownerUsername": "a"}, *value["replies"], "?", {}]
    (record,) = read(json.dumps([value]).encode())
    assert [item.id for item in items([record])] == ["18000000000000003", "18000000000000031"]
    assert "Reply 1" in record.problem


PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"
ACCENTS = '[{"id":"1","text":"café crème déjà"}]'


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "empty_file", "empty"),
        (b" \n\t\n ", "empty_file", "empty"),
        (b"\xef\xbb\xbf", "empty_file", "empty"),
        (gzip.compress(b""), "empty_file", "empty"),
        (PAGE, "not_a_dataset", "web page"),
        (b"\n\n  " + PAGE, "not_a_dataset", "web page"),
        (gzip.compress(PAGE), "not_a_dataset", "web page"),
        (PICTURE, "not_a_dataset", "picture"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "not_a_dataset", "PDF"),
        (b"PK\x03\x04\x14\x00\x08\x00", "not_a_dataset", "ZIP"),
        (b"Just some words.\nAnd more of them.\n", "not_a_dataset", "no dataset"),
        (b"name,price\ncoffee,3\n", "not_a_dataset", "no dataset"),
        (b"42", "not_a_dataset", "no dataset"),
        (b'"text"', "not_a_dataset", "no dataset"),
        (b"null", "not_a_dataset", "no dataset"),
        (b"\x00\x01\x02\x03\xff\xfe\x80binary", "not_a_dataset", "text file"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)), "not_a_dataset", "text file"),
        (ACCENTS.encode("latin-1"), "wrong_encoding", "UTF-8"),
        (ACCENTS.encode("utf-16-le"), "wrong_encoding", "UTF-16"),
        (ACCENTS.encode("utf-16-be"), "wrong_encoding", "UTF-16"),
        (ACCENTS.encode("utf-32"), "wrong_encoding", "UTF-32"),
        (b"\x1f\x8b\x08\x00garbage that is no gzip", "not_a_dataset", "damaged"),
        (gzip.compress(gzip.compress(COMMENTS)), "archive_bomb", "several times"),
    ],
)
def test_what_is_no_dataset_is_refused(data: bytes, code: str, word: str) -> None:
    error = refusal(data)
    assert error.code == code
    assert word in error.message


def test_a_packed_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(b"[" + b" " * 2**26)
    tracemalloc.start()
    error = refusal(bomb, "x.json.gz")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "archive_bomb"
    assert most < 16 * 2**20


def test_a_file_over_the_limit_is_refused() -> None:
    small = Limits(max_bytes=len(COMMENTS) - 1)
    assert refusal(COMMENTS, limits=small).code == "file_too_large"
    assert refusal(gzip.compress(COMMENTS), limits=small).code == "file_too_large"
    assert read(COMMENTS, limits=Limits(max_bytes=len(COMMENTS)))


def test_a_packed_file_that_was_cut_off_keeps_what_is_there() -> None:
    values = [dict(json.loads(COMMENTS)[0], id=str(number), text=str(number * 7919)) for number in range(2000)]
    data = gzip.compress("\n".join(map(json.dumps, values)).encode())
    records = read(data[: len(data) // 2], "x.jsonl.gz")
    assert len(items(records)) > 500
    assert records[-1].problem


def test_memory_does_not_grow_with_the_file() -> None:
    line = json.dumps(json.loads(COMMENTS)[0]).encode()
    one_line = io.BytesIO(b"[" + b",".join([line] * 20_000) + b"]")
    tracemalloc.start()
    found = sum(1 for _ in read_dataset(one_line, filename="x", limits=Limits()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 20_000
    assert most < 8 * 2**20
