"""Which language a person's comments are in, and when that cannot be told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.providers.local.combine import language_estimate
from aura.providers.local.languages import LANGUAGES, read_language


def language(*comments: str, bio: str = "") -> str:
    return language_estimate(read_language(comments, bio)).value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I love this so much, where did you get it?", "en"),
        ("wie schön ist das denn", "de"),
        ("çok güzel olmuş", "tr"),
        ("kocham to zdjęcie", "pl"),
        ("ما شاء الله جميل جدا", "ar"),
        ("عالیه دمت گرم", "fa"),
        ("сколько это стоит у вас", "ru"),
        ("好漂亮啊", "zh"),
        ("예뻐요", "ko"),
        ("かわいい", "ja"),
        ("Καλημέρα", "el"),
        ("สวยมาก", "th"),
        ("Bellissima foto complimenti a tutti", "it"),
        ("Que foto linda, parabéns pelo trabalho", "pt"),
    ],
)
def test_the_language_of_a_clear_comment_is_found(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text", ["", "🔥🔥🔥", "wow", "ok", "hahahahaha", "@anna @tom #coffee https://a.example/x", "1234", "Nice"]
)
def test_short_words_emoji_names_and_links_leave_the_language_unknown(text: str) -> None:
    assert language(text) == "unknown"


def test_several_comments_are_judged_together() -> None:
    assert language("how much?") == "unknown"
    assert language("how much?", "where can I buy", "need this now") == "en"


def test_the_same_comment_again_adds_nothing() -> None:
    once, often = read_language(["me encanta mucho"]), read_language(["me encanta mucho"] * 5)
    assert once == often


def test_the_bio_is_read_where_the_comments_are_too_short() -> None:
    assert language("🔥", bio="Ich fotografiere gerne Wälder und Berge") == "de"
    assert language("this is what I was looking for", bio="Ich fotografiere gerne Wälder und Berge") == "en"


@settings(deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=80))
def test_any_text_gives_probabilities_or_nothing(comments: list[str], bio: str) -> None:
    reading = read_language(comments, bio)
    if reading is not None:
        assert set(reading.probabilities) <= LANGUAGES
        assert all(0 <= share <= 1 for share in reading.probabilities.values())
        assert sum(reading.probabilities.values()) <= 1.001
