"""What the built-in reader gets right on comments labelled by hand, and rules that hold for any text (A6)."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.providers.local.comments import LocalReader
from aura.providers.local.wording import key_text, masked
from aura.providers.text_ports import PRAISE, SENTIMENTS, UNCLEAR, CommentReading, CommentText

LABELLED = Path(__file__).parent / "data" / "comments.tsv"


def read(text: str) -> CommentReading:
    outcome = next(iter(LocalReader().read([CommentText("1", text)])))
    return outcome.readings[0]


def labelled(half: str) -> list[dict[str, str]]:
    lines = [line for line in LABELLED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    head = lines[0].split("\t")
    rows = [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]
    return [row for row in rows if row["half"] == half]


@pytest.mark.parametrize("half", ["a", "b"])
def test_labelled_comments_are_read_as_well_as_the_documentation_says(half: str) -> None:
    counts: Counter[str] = Counter()
    for row in labelled(half):
        said = read(row["text"])
        counts["right"] += said.sentiment == row["sentiment"]
        counts["unclear"] += said.sentiment == UNCLEAR
        counts["question"] += said.is_question == (row["question"] == "1")
        counts["language"] += said.language == row["language"]
    assert counts["right"] >= 86
    assert counts["unclear"] <= 4
    assert counts["question"] >= 91
    assert counts["language"] >= 85


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("not good", "negative"),
        ("nicht gut", "negative"),
        ("no me gusta", "negative"),
        ("hiç güzel değil", "negative"),
        ("soooo beautiful", "positive"),
        ("SO BEAUTIFUL!!!", "positive"),
        ("I love it but I hate it", UNCLEAR),
        ("ქართული ენა არის", UNCLEAR),
        ("@anna @tom", "neutral"),
        ("", "neutral"),
        ("https://example.org/love-love-love", "neutral"),
    ],
)
def test_negation_emphasis_and_doubt(text: str, sentiment: str) -> None:
    assert read(text).sentiment == sentiment


def test_a_question_mark_alone_asks_nothing() -> None:
    assert not read("???").is_question
    assert read("Where is it from").is_question
    assert not read("What a beautiful shot!").is_question


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    said = read(text)
    assert said.sentiment in {*SENTIMENTS, UNCLEAR}
    assert -1 <= said.score <= 1
    assert said.praise in {"", *PRAISE}
    assert (said.praise != "") <= (said.sentiment == "positive")
    assert key_text(text) == key_text(key_text(text))


@given(st.from_regex(r"[a-z][a-z0-9._]{2,20}", fullmatch=True))
def test_nobody_who_is_named_is_shown(name: str) -> None:
    assert f"@{name}" not in masked(f"Look @{name} and @{name}!")
