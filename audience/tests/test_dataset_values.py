"""A2: values of old and new actors fit their columns or are unknown, whatever a dataset says."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.dataset import CommentItem, ErrorItem, Limits, PostItem, ProfileItem, Record, read_dataset, values

POST = "https://www.instagram.com/p/DAAAAAAAAA1/"
BASE: dict[str, Any] = {"id": "1", "text": "hi", "ownerUsername": "ann", "postUrl": POST}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "id", "text", "ownerUsername", "ownerId", "owner", "replies", "likesCount", "repliesCount", "timestamp", "postUrl",
    "media", "shortCode", "caption", "username", "followersCount", "error", "errorDescription", "requestErrorMessages",
    "coauthorProducers", "inputUrl", "url", "type", "isPinned", "parentId", "commentUrl",
]  # fmt: skip


def one(value: dict[str, Any]) -> Record:
    (record,) = read_dataset(io.BytesIO(json.dumps([value]).encode()), filename="x", limits=Limits())
    return record


def comment(**changes: Any) -> CommentItem:
    (item,) = one(BASE | changes).items
    assert isinstance(item, CommentItem)
    return item


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8))
def test_no_item_breaks_the_reader_and_every_value_fits_its_column(value: dict[str, Any]) -> None:
    record = one(BASE | value)
    assert record.items or record.problem
    for item in record.items:
        if isinstance(item, CommentItem):
            assert 0 < len(item.id) <= 40
            assert len(item.person.username) <= 30
            assert len(item.person.external_id) <= 40
            assert item.person.username or item.person.external_id
            assert 0 < len(item.post.shortcode) <= 40
            assert item.likes is None or 0 <= item.likes < 2**63
            assert "\0" not in item.text
            item.text.encode()
        elif isinstance(item, PostItem):
            assert len(item.kind) <= 20
            assert len(item.ref.url) <= 300


def test_unknown_fields_are_ignored() -> None:
    assert comment(brandNew={"deep": [1]}, position=3) == comment()


@pytest.mark.parametrize(
    ("raw", "found"),
    [("18000000000000001", "18000000000000001"), (18000000000000001, "18000000000000001"), (" 12 ", "12")],
)
def test_ids_are_strings_and_lose_no_digit(raw: Any, found: str) -> None:
    assert comment(id=raw).id == found


@pytest.mark.parametrize("raw", ["1.8E+16", "1,8E+16", 1.8e17, -1, True, "x" * 41, ["1"]])
def test_a_damaged_id_is_said_to_be_damaged(raw: Any) -> None:
    record = one(BASE | {"id": raw})
    assert not record.items
    assert "damaged" in record.problem


def test_an_id_is_found_in_the_comments_address() -> None:
    assert comment(id=None, commentUrl=f"{POST}c/1789/").id == "1789"


def test_a_reply_is_known_by_its_address() -> None:
    reply = comment(id=None, commentUrl=f"{POST}c/1789/r/1790/")
    assert (reply.id, reply.parent_id) == ("1790", "1789")
    assert comment(id="1790", commentUrl=f"{POST}c/1789/r/1790/").parent_id == "1789"
    assert comment(id="1789", commentUrl=f"{POST}c/1789/").parent_id == ""


@pytest.mark.parametrize(
    ("raw", "found"), [(-1, None), (None, None), (2**63, None), ("12", 12), (7.0, 7), ("many", None), (True, None)]
)
def test_hidden_and_absurd_numbers_are_unknown(raw: Any, found: int | None) -> None:
    assert comment(likesCount=raw).likes == found


@pytest.mark.parametrize(
    "raw",
    [
        "2026-06-22T17:24:20.000Z",
        "2026-06-22T19:24:20+02:00",
        "2026-06-22T17:24:20",
        1782149060,
        1782149060000,
        "1782149060",
    ],
)
def test_times_are_utc_however_they_are_written(raw: Any) -> None:
    assert comment(timestamp=raw).commented_at == datetime(2026, 6, 22, 17, 24, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", 10**30, -5, 1e300, {}, "²"]
)
def test_absurd_times_are_unknown(raw: Any) -> None:
    assert comment(timestamp=raw).commented_at is None


def test_an_old_item_without_owner_object_names_its_author() -> None:
    person = comment(
        ownerUsername="@Ann.B", ownerId=77, ownerProfilePicUrl="https://x.example/a.jpg", ownerIsVerified=True
    ).person
    assert (person.external_id, person.username, person.picture_url, person.is_verified) == (
        "77", "ann.b", "https://x.example/a.jpg", True,
    )  # fmt: skip


def test_the_owner_object_wins_over_the_flat_fields() -> None:
    person = comment(ownerUsername="old", owner={"username": "new", "id": "5", "is_verified": False}).person
    assert (person.external_id, person.username, person.is_verified) == ("5", "new", False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"postUrl": "https://www.instagram.com/reel/AbC_-1/?x=1"}, "AbC_-1"),
        ({"postUrl": "https://instagram.com/some.brand/p/AbC/"}, "AbC"),
        ({"postUrl": None, "commentUrl": f"{POST}c/1"}, "DAAAAAAAAA1"),
        ({"postUrl": None, "shortCode": "XyZ"}, "XyZ"),
        ({"postUrl": None, "postId": 3900000000000000001}, "3900000000000000001"),
    ],
)
def test_the_post_is_found_by_address_code_or_id(fields: dict[str, Any], code: str) -> None:
    assert comment(**fields).post.shortcode == code


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"postUrl": None}, "post"),
        ({"ownerUsername": None}, "author"),
        ({"ownerUsername": "two words"}, "author"),
        ({"id": None}, "id"),
    ],
)
def test_a_comment_without_what_it_needs_is_named(changes: dict[str, Any], word: str) -> None:
    record = one(BASE | changes)
    assert not record.items
    assert word in record.problem


def test_nul_bytes_and_half_characters_are_taken_out() -> None:
    raw = json.dumps([BASE]).replace('"hi"', '"a\\u0000b\\ud83dc"').encode()
    (record,) = read_dataset(io.BytesIO(raw), filename="x", limits=Limits())
    assert isinstance(record.items[0], CommentItem)
    assert record.items[0].text == "abc"


def test_empty_error_fields_of_good_items_are_no_errors() -> None:
    assert comment(requestErrorMessages=[], error=None, errorDescription="") == comment()


@pytest.mark.parametrize(
    "value", [{"error": "no_items"}, {"url": "x", "errorDescription": "Private"}, {"requestErrorMessages": ["403"]}]
)
def test_a_failed_scrape_is_an_error_item(value: dict[str, Any]) -> None:
    assert isinstance(one(value).items[0], ErrorItem)


def test_a_profile_gives_its_figures() -> None:
    (item,) = one({"username": "Brand", "id": 5, "followersCount": 10, "followsCount": None, "private": "false"}).items
    assert isinstance(item, ProfileItem)
    assert (item.person.username, item.person.followers, item.person.following, item.person.is_private) == (
        "brand", 10, None, False,
    )  # fmt: skip


def test_replies_below_replies_end_somewhere() -> None:
    value = dict(BASE)
    for number in range(2, 30):
        value = BASE | {"id": str(number), "replies": [value]}
    items = one(value).items
    assert 1 < len(items) < 10


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "https://" + "x" * 3000, None, 5])
def test_only_web_addresses_that_fit_are_kept(address: Any) -> None:
    assert values.link(address) == ""
