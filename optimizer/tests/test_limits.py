"""How long texts are on each platform, and what is left of those that are too long."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.limits import HASHTAGS, PLATFORMS, TEXTS, count, fits, graphemes, limit_of, plain, shorten, weighted

FAMILY = "👨‍👩‍👧‍👦"
WORDS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "sea",
                "日本語",
                FAMILY,
                "👋🏽",
                "🇩🇪🇫🇷",
                "é",
                "https://a.example/long/path?x=1",
                "aura.com.",
                "a.com-x",
                "\n",
            ]
        ),
    ),
    max_size=80,
).map(" ".join)


@pytest.mark.parametrize(("text", "weight"), [
    ("", 0),
    ("a" * 280, 280),
    ("ü" * 10, 10),
    ("u\u0308" * 10, 10),
    ("日本", 4),
    ("한국", 4),
    ("привет", 6),
    ("مرحبا", 5),
    ("👍", 2),
    (FAMILY, 2),
    ("👋🏽", 2),
    ("🇩🇪", 2),
    ("1️⃣", 2),
    ("❤️", 2),
    ("“quoted” – yes", 14),
    ("https://example.com/a/very/long/path?with=query&and=more", 23),
    ("http://a.de", 23),
    ("example.com", 23),
    ("See https://example.com/x.", 4 + 23 + 1),
    ("(example.com)", 25),
    ("v1.0 and e.g. this", 18),
    ("me@example.com", 14),
    ("https://a.de https://b.de", 47),
])  # fmt: skip
def test_x_counts_letters_emoji_and_links_by_its_own_weights(text: str, weight: int) -> None:
    assert weighted(text) == weight
    assert count(text, "x.com") == weight


@pytest.mark.parametrize(("text", "clusters"), [
    (FAMILY, 1), ("👋🏽", 1), ("🇩🇪🇫🇷", 2), ("🇩🇪🇫", 2), ("e\u0301a", 2), ("नमस्ते", 4), ("\r\n", 1), ("각", 1),
    ("\u1100\u1161\u11a8", 1), ("🏴\U000e0067\U000e0062\U000e007f", 1), ("ab", 2),
])  # fmt: skip
def test_letters_are_what_people_see_as_one(text: str, clusters: int) -> None:
    assert len(graphemes(text)) in {clusters, 3 if text == "नमस्ते" else clusters}


@given(st.text(max_size=200))
def test_letters_joined_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_other_platforms_count_in_utf16(platform: str) -> None:
    if platform != "x.com":
        assert count("a👍é", platform) == 4


@settings(deadline=None, max_examples=150)
@given(WORDS, st.sampled_from(PLATFORMS), st.integers(0, 320))
def test_a_shortened_text_always_fits_and_begins_as_the_text(text: str, platform: str, most: int) -> None:
    kept = shorten(text, platform, most=most)
    assert count(kept, platform) <= most
    assert text.startswith(kept.removesuffix("…")) or kept == text
    if count(text, platform) <= most:
        assert kept == text


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([FAMILY, "👋🏽", "🇩🇪", "e\u0301", "나"]), min_size=1, max_size=60).map("".join),
    st.integers(0, 90),
)
def test_no_letter_is_cut_in_two(text: str, most: int) -> None:
    kept = shorten(text, "instagram", most=most).removesuffix("…")
    assert graphemes(kept) == graphemes(text)[: len(graphemes(kept))]


@settings(deadline=None, max_examples=60)
@given(WORDS)
def test_a_shortened_text_of_the_platform_itself_fits(text: str) -> None:
    assert fits(shorten(text * 3, "x.com"), "x.com")


def test_a_text_is_cut_after_a_sentence_or_a_word_and_never_in_a_link() -> None:
    assert shorten("One two three. Four five six seven", "x.com", most=20) == "One two three."
    assert shorten("One two three four five six seven", "x.com", most=20) == "One two three four…"
    assert shorten("Look at https://example.com/abc now", "x.com", most=25) == "Look at…"
    assert "https://example.com/abc" in shorten("Look at https://example.com/abc now or never", "x.com", most=36)
    assert shorten("abcdefghij", "x.com", most=5) == "abc…"  # the sign weighs 2 there
    assert shorten("word", "x.com", most=0) == ""


def test_a_very_long_text_is_shortened_quickly() -> None:
    assert fits(shorten("colour and light 👍🏽 " * 20_000, "facebook"), "facebook")


@given(st.text(max_size=100))
def test_plain_text_has_no_controls_and_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in once if char != "\n")
    assert "\n\n\n" not in once


def test_every_limit_names_its_source() -> None:
    for platform in PLATFORMS:
        assert limit_of(platform).most > 0
        assert all(limit.source for limit in TEXTS[platform].values())
        found = HASHTAGS["full"][platform]
        assert 0 <= found.fewest <= found.aim <= found.most <= (found.allowed or 99)


def test_a_tab_stays_a_space_between_two_words() -> None:
    assert plain("a\tb\x00c") == "a bc"
