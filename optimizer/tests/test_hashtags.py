"""Hashtags: one spelling, no banned ones, the numbers of O4 whatever a model says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.hashtags import (
    Refused,
    TagRow,
    Used,
    WrongTable,
    choose,
    first_comment,
    hashtag,
    key_of,
    niches_in,
    parsed,
    size_of,
    starter,
)  # fmt: skip
from optimizer.limits import PLATFORMS, hashtag_range

CANDIDATES = ["Street Photography", "#sea", "coastal light", "blue hour", "salt", "shoreline", "beach", "ocean"]


@pytest.mark.parametrize(("said", "name"), [
    ("#Street Photography!", "streetphotography"),
    ("＃海", "海"),
    ("##sea", "sea"),
    ("Café", "café"),
    ("rock'n'roll", "rocknroll"),
    ("𝓼𝓾𝓷𝓼𝓮𝓽", "sunset"),
    ("STRASSE", "strasse"),
    ("snake_case_", "snake_case"),
    ("sun☀️set", "sunset"),
    ("नमस्ते", "नमस्ते"),
    ("2026goals", "2026goals"),
    ("日本", "日本"),
])  # fmt: skip
def test_a_hashtag_has_one_spelling(said: str, name: str) -> None:
    assert hashtag(said) == name


@pytest.mark.parametrize(("said", "code"), [
    ("", "empty"), ("#", "empty"), ("👍", "empty"), ("___", "empty"), ("2026", "digits"), ("a", "short"),
    ("x" * 51, "long"), ("@somebody", "link"), ("https://a.example", "link"), ("shop.com", "link"),
    ("<b>", "link"), ("ѕea", "mixed_alphabets"),
])  # fmt: skip
def test_what_is_no_hashtag_is_refused_with_a_code(said: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        hashtag(said)
    assert refused.value.code == code


@given(st.text(max_size=80))
def test_a_hashtag_stays_as_it_is_and_can_be_pasted(said: str) -> None:
    try:
        name = hashtag(said)
    except Refused:
        return
    assert hashtag(name) == name
    assert not any(char.isspace() or char in "#@<>/" for char in name)
    assert 1 <= len(name) <= 50


TEXTS = st.lists(st.one_of(st.text(max_size=30), st.sampled_from([*CANDIDATES, "f4f", "F_4_F", "#Follow Me", "2026"])))
HISTORY = st.lists(
    st.builds(Used, st.sampled_from(["sea", "ours", "brandname", "likeforlike", "x y"]), st.integers(0, 500),
              st.one_of(st.none(), st.floats(0, 10)))
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(TEXTS, HISTORY, st.sampled_from(PLATFORMS), st.sampled_from(["full", "few"]))
def test_a_choice_is_within_the_limits_without_duplicates_and_banned_ones(
    said: list[str], history: list[Used], platform: str, preset: str
) -> None:
    choice = choose(platform, said, niches=("beach",), history=history, preset=preset)
    limits = hashtag_range(platform, preset)
    assert limits.fewest <= len(choice.tags) <= limits.most
    assert choice.missing == 0
    keys = [key_of(name) for name in choice.names]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & {key_of(row.name) for row in starter() if row.banned}
    assert choice == choose(platform, said, niches=("beach",), history=history, preset=preset)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_to_go_by_still_gives_the_least_number(platform: str) -> None:
    choice = choose(platform, [])
    assert len(choice.tags) == hashtag_range(platform).fewest
    assert {source for tag in choice.tags for source in tag.sources} <= {"table"}


def test_a_choice_mixes_sizes_and_prefers_what_a_model_and_the_workspace_agree_on() -> None:
    history = [Used("shoreline", 40, 1.8), Used("ourbrand", 30, 2.0)]
    choice = choose("instagram", CANDIDATES, niches=("beach", "photography"), history=history)
    shoreline = next(tag for tag in choice.tags if tag.name == "shoreline")
    assert shoreline.sources == ("model", "history")
    assert choice.names.index("shoreline") < choice.names.index("coastallight")
    sizes = [tag.size for tag in choice.tags]
    assert all(sizes.count(size) >= 4 for size in ("popular", "medium", "niche"))
    assert "streetphotography" in choice.names


def test_banned_hashtags_of_the_workspaces_own_table_go_as_well() -> None:
    table = [TagRow("sea", posts=5_000_000, banned=True), TagRow("wave", posts=30_000_000, niches=("beach",))]
    choice = choose("x.com", ["#Sea", "S_E_A", "wave"], niches=("beach",), table=table)
    assert choice.names[0] == "wave"
    assert "sea" not in choice.names
    assert choice.refused == {"#Sea": "banned", "S_E_A": "banned"}
    assert choice.tags[0].posts == 30_000_000
    assert choice.tags[0].size == "popular"


def test_an_imported_table_is_read_and_wrong_lines_are_named() -> None:
    rows = parsed('\ufeffHashtag,Posts,Banned,Niches\n#Sea,"1,200,000",no,Beach; Travel\nF4F,,yes,\nsea,5,,\n')
    assert rows == (TagRow("f4f", banned=True), TagRow("sea", posts=5))
    assert [size_of(TagRow("a", posts=n)) for n in (25_000_000, 1_000_000, 10)] == ["popular", "medium", "niche"]
    for text, words in [
        ("a,b\n1,2\n", "hashtag"), ("hashtag\n@me\n", "Line 2"), ("hashtag,posts\nsea,many\n", "Line 2: posts"),
        ("hashtag,banned\nsea,perhaps\n", "banned"), ("", "first line"),
    ]:  # fmt: skip
        with pytest.raises(WrongTable, match=words):
            parsed(text)


def test_the_shipped_table_is_clean_and_has_enough_of_each_size_in_every_niche() -> None:
    rows = starter()
    assert len({key_of(row.name) for row in rows}) == len(rows) > 500
    for row in rows:
        assert hashtag(row.name) == row.name
    groups = {niche for row in rows for niche in row.niches}
    for niche in groups:
        found = [row for row in rows if niche in row.niches]
        assert {row.size for row in found} == {"popular", "medium", "niche"}
        assert len(found) >= 15


def test_niches_are_found_in_descriptions() -> None:
    assert niches_in(["A latte on a wooden table in our café"])[0] == "coffee"
    assert "beach" in niches_in(["Waves at the beach in the evening"])
    assert niches_in(["food"])[0] == "food"
    assert niches_in(["zzz"]) == ()


def test_hashtags_are_pasted_as_one_line() -> None:
    assert first_comment(["sea", "light"]) == "#sea #light"


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9]{1,60}", fullmatch=True))
def test_a_plain_hashtag_is_what_the_long_way_makes_of_it(said: str) -> None:
    # An exclamation mark goes, and nothing plain has one.
    try:
        long_way = hashtag(f"{said}!")
    except Refused:
        with pytest.raises(Refused):
            hashtag(said)
    else:
        assert hashtag(f" #{said} ") == hashtag(said) == long_way
