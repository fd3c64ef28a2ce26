"""Where a text names a person, and where it only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.privacy.subjects import Identifiers, IdRefused, UsernameRefused

MARIA = Identifiers.of("Maria.Brews", "51000042")
LOVE = Identifiers.of("love")
NAMED = [
    "@maria.brews",
    "Thanks @MARIA.BREWS!",
    "so says maria.brews.",
    "(maria.brews)",
    "https://www.instagram.com/maria.brews/?hl=en",
    "＠maria.brews",
    "joe@maria.brews",
    "id 51000042, yes",
    "@maria.brews. And more",
]
NOT_NAMED = [
    "@maria.brews.shop",
    "@maria.brews_",
    "xmaria.brews",
    "maria brews",
    "@maria",
    "151000042",
    "510000421",
    "",
]


@pytest.mark.parametrize("text", NAMED)
def test_a_naming_is_found_and_replaced(text: str) -> None:
    assert MARIA.in_text(text)
    assert not MARIA.in_text(MARIA.without(text))
    assert "maria.brews" not in MARIA.without(text).lower()


@pytest.mark.parametrize("text", NOT_NAMED)
def test_somebody_else_is_left_alone(text: str) -> None:
    assert MARIA.without(text) == text


def test_an_ordinary_word_is_a_name_only_where_it_is_meant() -> None:
    assert LOVE.without("I love @love, instagram.com/love, lovely") == "I love [removed], [removed], lovely"
    assert LOVE.as_word("I love it")
    assert not LOVE.as_word("lovely")


@pytest.mark.parametrize(("name", "text"), [("1", "1 of 11"), ("2026", "in 2026"), ("a.", "a. b"), ("jo_", "jo_ x")])
def test_a_name_that_is_short_or_a_number_needs_its_mark(name: str, text: str) -> None:
    assert Identifiers.of(name).without(text) == text
    assert Identifiers.of(name).without(f"@{name}x @{name} y") == f"@{name}x [removed] y"


def test_json_is_cleaned_at_any_depth() -> None:
    value = {"a": [{"username": "love", "word": "love"}], "maria.brews": {"user_id": 51000042, "likes": 51000042}}
    both = MARIA | LOVE
    assert both.without_in(value) == {
        "a": [{"username": "[removed]", "word": "love"}],
        "[removed]": {"user_id": None, "likes": 51000042},
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_cleaning_twice_changes_nothing_more(value: object) -> None:
    once = MARIA.without_in(value)
    assert MARIA.without_in(once) == once


@given(st.text(), st.text())
def test_no_naming_survives_whatever_stands_around_it(before: str, after: str) -> None:
    clean = MARIA.without(f"{before} @maria.brews {after}")
    assert not MARIA.in_text(clean)


@pytest.mark.parametrize("name", ["a b", "ä", "x" * 31, "../x"])
def test_what_is_no_user_name_is_refused(name: str) -> None:
    with pytest.raises(UsernameRefused):
        Identifiers.of(name)


def test_what_is_no_id_is_refused() -> None:
    with pytest.raises(IdRefused):
        Identifiers.of("", "12a")


def test_identifiers_survive_their_json() -> None:
    assert Identifiers.from_json(MARIA.as_json()) == MARIA
