"""What names and self-descriptions say about gender, and when they say nothing."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.providers.local.letters import words_of
from aura.providers.local.name_table import TABLE, first_names
from aura.providers.local.names import NameReading, read_name, read_self_description
from aura.providers.ports import ProfileEvidence


def name_of(username: str = "x", full_name: str = "") -> NameReading | None:
    return read_name(ProfileEvidence("1", username, full_name))


def said(bio: str) -> NameReading | None:
    return read_self_description(ProfileEvidence("1", "x", "", bio))


def odds(reading: NameReading | None) -> float:
    assert reading is not None
    return reading.log_odds


def test_the_table_is_small_and_holds_names_of_many_languages() -> None:
    assert TABLE.stat().st_size < 1.5 * 2**20
    assert len(first_names()) > 50_000
    assert all(0 <= found.woman <= 1 and 1 <= found.magnitude <= 6 for found in first_names().values())
    women = ("maria", "fatemeh", "ekaterina", "priya", "ayse")
    men = ("mohammad", "giorgos", "rahul", "lukasz", "joao")
    assert all(first_names()[name].woman > 0.9 for name in women)
    assert all(first_names()[name].woman < 0.1 for name in men)


@pytest.mark.parametrize(
    "full_name",
    [
        "Maria Garcia",
        "MARÍA",
        "Анна Иванова",
        "𝓜𝓪𝓻𝓲𝓪 ✨",
        "Ｍａｒｉａ",
        "Dr. Elena Rossi",
        "Garcia, Maria",
        "فاطمه",
        "Mrs. Smith",
    ],
)
def test_a_womans_first_name_is_found_in_any_writing(full_name: str) -> None:
    assert odds(name_of(full_name=full_name)) > 2


@pytest.mark.parametrize(
    "full_name", ["Łukasz Nowak", "Γιώργος", "Gürkan Ö.", "محمد رضایی", "J. Robert", "Mr X", "João"]
)
def test_a_mans_first_name_is_found_in_any_writing(full_name: str) -> None:
    assert odds(name_of(full_name=full_name)) < -2


def test_a_user_name_counts_less_than_a_full_name() -> None:
    in_full, in_user, glued = name_of("x", "Sarah B"), name_of("sarah.bakes"), name_of("sarahbakes")
    assert odds(in_full) > odds(in_user) > odds(glued) > 0
    assert [r.source for r in (in_full, in_user, glued) if r] == ["full_name", "username", "username_start"]


def test_the_full_name_is_used_before_the_user_name() -> None:
    assert odds(name_of("robert.smith", "Maria")) > 0


def test_a_name_of_both_genders_says_little() -> None:
    assert abs(odds(name_of(full_name="Jean"))) < 0.3


@pytest.mark.parametrize(
    "username", ["love.my.life", "marketing_hub", "xq_zz", "12345", "____", "", "the_shop", "baby"]
)
def test_words_are_not_taken_for_names(username: str) -> None:
    assert name_of(username) is None


def test_the_most_frequent_name_of_a_user_name_wins_over_a_family_name() -> None:
    assert odds(name_of("smith.anna")) > 0


@pytest.mark.parametrize("bio", ["she/her", "Berlin | SHE / THEY", "mom of two", "ella/ela"])
def test_pronouns_and_family_words_speak_for_a_woman(bio: str) -> None:
    assert odds(said(bio)) > 2


@pytest.mark.parametrize("bio", ["he/him", "dad of 3", "husband to Ann"])
def test_pronouns_and_family_words_speak_for_a_man(bio: str) -> None:
    assert odds(said(bio)) < -2


@pytest.mark.parametrize("bio", ["", "coffee", "mom jeans", "she/her | dad of 2", "the best"])
def test_self_descriptions_that_are_missing_or_contradict_each_other_say_nothing(bio: str) -> None:
    assert said(bio) is None


def test_words_are_folded_to_plain_letters() -> None:
    assert words_of("Ærø-Ünal_99 straße") == ["aero", "unal", "strasse"]
    assert words_of("Юлия") == ["yuliya"]


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=120))
def test_any_text_is_read_without_an_error_and_with_finite_odds(username: str, full_name: str, bio: str) -> None:
    profile = ProfileEvidence("1", username, full_name, bio)
    for reading in (read_name(profile), read_self_description(profile)):
        assert reading is None or (math.isfinite(reading.log_odds) and abs(reading.log_odds) <= 4)
