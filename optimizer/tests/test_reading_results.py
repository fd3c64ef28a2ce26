"""O12: a results file that people edited becomes the caption text again; what is none is refused with its place."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.layout import NAMES, Account, PlatformResult, Session, caption_text, results_data, results_json
from optimizer.readback import MAX_BYTES, ResultsUnreadable, beyond_limits, read_results
from optimizer.tests.test_layout import SESSION
from optimizer.timing import best_times

WORDS = st.text(max_size=60)
ACCOUNTS = st.builds(Account, st.sampled_from(list(NAMES)), st.from_regex(r"[a-z][a-z.]{0,8}", fullmatch=True), WORDS)
RESULTS = st.builds(
    lambda platform, caption, title, tags, accounts, timed: PlatformResult(
        platform,
        caption=caption,
        title=title,
        hashtags=tuple(tags),
        accounts=tuple(accounts),
        timing=best_times(platform) if timed else None,
    ),
    st.sampled_from(list(NAMES)),
    WORDS,
    WORDS,
    st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=4),
    st.lists(ACCOUNTS, max_size=2),
    st.booleans(),
)


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    data = json.loads(results_json(SESSION))
    change(data)
    return json.dumps(data).encode()


def test_what_was_written_is_read_again() -> None:
    again = read_results(results_json(SESSION).encode())
    assert caption_text(again) == caption_text(SESSION)
    assert results_data(again) == results_data(SESSION)


@settings(max_examples=40)
@given(st.lists(RESULTS, max_size=4, unique_by=lambda one: one.platform))
def test_any_session_comes_back_as_it_was(results: list[PlatformResult]) -> None:
    session = replace(SESSION, results=tuple(results), extra={"urls": {"archive": "/a.zip"}})
    again = read_results(results_json(session).encode())
    assert results_data(again) == results_data(session)
    assert caption_text(again) == caption_text(session)


def test_edits_reach_the_text_and_counts_follow_them() -> None:
    def change(data: dict[str, Any]) -> None:
        one = data["results"]["instagram"]
        one["caption"], one["hashtags"] = "Short 👍", ["clay", " #wheel", "#"]
        one["posting"]["best_times"] = ["friday, Saturday 7:00-9:00"]
        one["suggested_accounts"] = [{"username": "@kiln"}]

    text = caption_text(read_results(edited(change)))
    assert "\n#clay #wheel\n" in text
    assert "Caption length: 8 of" in text
    assert "Peak engagement: Friday, Saturday 07:00–09:00" in text
    assert "@kiln (instagram)" in text


def test_a_file_of_windows_notepad_is_read() -> None:
    data = b"\xef\xbb\xbf" + results_json(SESSION).replace("\n", "\r\n").encode()
    assert caption_text(read_results(data)) == caption_text(SESSION)


def test_too_long_a_caption_is_told() -> None:
    session = read_results(edited(lambda data: data["results"]["x.com"].update(caption="a" * 281)))
    assert list(beyond_limits(session)) == ["x.com: the caption has 281 of 280 characters."]
    assert not list(beyond_limits(SESSION))


REFUSED: dict[str, tuple[bytes, str]] = {
    "not text": (b"\xff\xfe\x00", "UTF-8"),
    "not JSON": (b"{\n  'a': 1}", "line 2, column 3"),
    "too deep": (b"[" * 200_000, "not JSON"),
    "too many digits": (b'{"format": ' + b"1" * 5000 + b"}", "not JSON"),
    "something else": (b'{"results": {}}', "not a results file"),
    "a list": (b"[1]", "not a results file"),
    "a later format": (edited(lambda data: data.update(format=2)), "format 2; this version reads 1"),
    "true is not one": (edited(lambda data: data.update(format=True)), "format True"),
    "another platform": (edited(lambda data: data["results"].update(myspace={})), "no platform 'myspace'"),
    "no object": (edited(lambda data: data["results"].update(tiktok=[])), "results.tiktok is an object"),
    "a number for text": (
        edited(lambda data: data["results"]["instagram"].update(caption=5)),
        "results.instagram.caption is text in quotes",
    ),
    "text for a list": (
        edited(lambda data: data["results"]["instagram"].update(hashtags="#a #b")),
        "results.instagram.hashtags is a list of texts",
    ),
    "a time nobody knows": (
        edited(lambda data: data["results"]["instagram"]["posting"].update(best_times=["at noon"])),
        "results.instagram.posting.best_times is a list of times such as “Tuesday 09:00–13:00”, not 'at noon'",
    ),
    "a day nobody knows": (
        edited(lambda data: data["results"]["instagram"]["posting"].update(best_days=["Someday"])),
        "not 'Someday'",
    ),
    "no moment": (edited(lambda data: data.update(created_at="yesterday")), "created_at is a time such as"),
    "not a number": (edited(lambda data: data.update(processing_time=float("nan"))), "processing_time is a number"),
    "a state nobody knows": (edited(lambda data: data["results"]["tiktok"].update(status="lost")), "one of completed"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(kind: str) -> None:
    data, words = REFUSED[kind]
    with pytest.raises(ResultsUnreadable) as caught:
        read_results(data)
    assert words in str(caught.value)


def test_a_file_of_many_megabytes_is_not_parsed() -> None:
    with pytest.raises(ResultsUnreadable, match="at most 4 MB"):
        read_results(b" " * (MAX_BYTES + 1))


NAMES_INSIDE = st.sampled_from(["status", "caption", "posting", "hashtags", "error"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES_INSIDE, inner, max_size=3),
)


@given(ANYTHING)
def test_no_value_raises_anything_else(value: Any) -> None:
    for name in ("results", "analysis", "notes", "created_at", "processing_time"):
        try:
            read = read_results(edited(lambda data, name=name: data.update({name: value})))  # type: ignore[misc]
        except ResultsUnreadable:
            continue
        assert isinstance(read, Session)
        assert caption_text(read)
