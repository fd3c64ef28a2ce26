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
LISTS = (
    "The word lists, for sixteen languages and emoji, were tried on 92 comments of a kind that they were not fitted "
    "to: 86 were read right, 2 wrong and 4 left unclear; on harder texts, tweets in eight languages, more is missed or "
    "taken for neutral, and 3 to 11 of 100 are read as the opposite. They do not understand irony."
)
MODELS = (
    "How often a model is right was not measured here. A comment that tries to tell it what to answer can change only "
    "its own reading."
)
WHY = {
    "no_words": "hold no words",
    "do_not_process": "are by people who are not to be sent anywhere",
    "provider_key_missing": "came when no key was set",
    "provider_key_refused": "came when the key was refused",
    "answer_refused": "the model refused to read",
    "interrupted": "were being read when the work was cut off",
}
WAITS = {
    "budget_reached": "this month’s budget is used up; it goes on by itself when there is money again",
    "quota_day": "the service’s quota of today is used up; it goes on by itself when that begins anew",
}
BY_LISTS = "word lists on this machine"


def reading(read_by: Sequence[Mapping[str, Any]], k: int) -> str:
    """Who read the comments, and why not somebody better, in sentences; numbers under ``k`` are not given."""
    models: dict[str, int] = {}
    reasons: dict[str, int] = {}
    here = 0
    for row in read_by:
        if row["paid"]:
            name = reader_name(row["reader"])
            models[name] = models.get(name, 0) + row["comments"]
            continue
        here += row["comments"]
        if row["fallback"]:
            why = WHY.get(row["fallback"].rpartition(": ")[2], "could not be read by the model")
            reasons[why] = reasons.get(why, 0) + row["comments"]
    if not models and not here:
        return f"What read them is told when all comments are read. {LISTS}"
    words = [f"Read by {name}: {_some(count, k)} comments." for name, count in models.items()]
    by_lists = f"Read by {BY_LISTS}, not by people: {_some(here, k)} comments"
    if reasons:
        by_lists += f", of which {'; '.join(f'{_some(count, k)} {why}' for why, count in reasons.items())}"
    words += [f"{by_lists}. {LISTS}"] if here else []
    return " ".join([*words, *([MODELS] if models else [])])


def readers(read_by: Sequence[Mapping[str, Any]]) -> str:
    """Who read most comments, then the others, in a few words."""
    names = [reader_name(row["reader"]) if row["paid"] else BY_LISTS for row in read_by]
    return " and ".join(dict.fromkeys(names)) or BY_LISTS


def reader_name(reader: str) -> str:
    """A model's name for people: ``gemini:<model> 1 1`` is Gemini and its model."""
    service, _, model = reader.partition(" ")[0].partition(":")
    return {"gemini": f"Gemini ({model})", "openai": model}.get(service, reader)


def _some(count: int, k: int) -> str:
    return f"{count:,}" if count >= k else "a few"


def waits(code: str) -> str:
    """What a paid reading waits for, in a sentence; "" where it does not."""
    return f"More comments wait to be read: {WAITS.get(code, 'the service is busy')}." if code else ""


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
