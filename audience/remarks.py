"""The words of the page “Comments”: findings, what each sign of copied or arranged comments means, and its doubts."""

from collections.abc import Mapping, Sequence
from typing import Any

SENTIMENT_WORDS = {"positive": "Positive", "neutral": "Neutral", "negative": "Negative"}
SIGNS = {
    "copies": (
        "Copied texts",
        "Comments of four words or more that at least three people wrote word for word.",
        "Giveaways and campaigns ask for set words; quotes and song lines are copied by honest people.",
    ),
    "generic": (
        "Praise that fits any post",
        "“Nice”, “love it”, hearts and flames, with nothing that says what the post shows.",
        "Most people who like a post write little. Only a share far above the usual costs points.",
    ),
    "bursts": (
        "Sudden comments",
        "Posts with at least three times the usual comments in their first 10 minutes.",
        "A giveaway, an announced post, a live stream or an advertisement does the same.",
    ),
    "pods": (
        "People who comment together",
        "Comments by groups of three or more who meet on most of their posts, each time within 30 minutes.",
        "Friends, colleagues and loyal fans with notifications on meet as well.",
    ),
}
READING = (
    "Read by word lists for sixteen languages and by emoji, not by people. On 92 comments of a kind that the lists "
    "were not fitted to, 86 were read right, 2 wrong and 4 left unclear; on harder texts, tweets in eight languages, "
    "more is missed or taken for neutral, and 3 to 11 of 100 are read as the opposite. Irony is not understood."
)


def percent(share: float) -> str:
    """A share as whole percent."""
    return f"{100 * share:.0f}%"


def mood(answer: Mapping[str, Any]) -> str:
    """The finding of the sentiment over time, in a sentence."""
    shown = {e["value"]: e for e in answer["sentiment"] if not e.get("suppressed")}
    good, bad = shown.get("positive"), shown.get("negative")
    if good and bad:
        times = good["share"] / bad["share"] if bad["share"] else 0
        more = f"{times:.0f} times as many positive as negative comments" if times >= 2 else ""
        if not more:
            more = f"{percent(good['share'])} positive, {percent(bad['share'])} negative"
        return more[0].upper() + more[1:]
    if good:
        return f"{percent(good['share'])} positive; too few negative ones to count"
    return "Too few comments to tell"


def asked(groups: Sequence[Mapping[str, Any]]) -> str:
    """The finding of the questions, in a sentence."""
    if not groups:
        return ""
    waiting = sum(group["comments"] - group["answered"] for group in groups)
    whole = sum(group["comments"] for group in groups)
    return f"{whole - waiting:,} of {whole:,} were answered by the account"


def verdict(answer: Mapping[str, Any]) -> str:
    """What a score means, in a sentence."""
    score = answer["score"]
    if score is None:
        return "Too few comments to judge"
    if score >= 85:
        return "Nothing unusual for an account of people who write by themselves"
    if score >= 60:
        return "Some signs of copied or arranged comments; look at the parts below"
    return "Many signs of copied or arranged comments; look at the parts below"
