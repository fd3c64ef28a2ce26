"""The tables of the page “Comments” as rows for files; the same numbers as on the page and in the API."""

from collections.abc import Callable, Iterator
from typing import Any

from audience.models import Post, TrackedAccount
from audience.queries.authenticity import authenticity
from audience.queries.meaning import questions, topics
from audience.queries.sentiment import Choice, sentiment, sentiment_by_post
from aura.http.exports import Table
from aura.providers.text_ports import SENTIMENTS

SHARES = [f"{value} {what}" for value in SENTIMENTS for what in ("(estimated)", "share", "95% low", "95% high")]


def _shares(entries: list[dict[str, Any]]) -> list[Any]:
    return [entry.get(name) for entry in entries for name in ("count", "share", "low", "high")]


def sentiment_table(account: TrackedAccount, choice: Choice) -> Table:
    """The whole selection first, then each day, week or month."""
    answer = sentiment(account, choice)
    head = ["from", "comments", *(f"{value} (estimated)" for value in SENTIMENTS), "unclear", "note"]
    return Table("sentiment", head, _over_time(answer))


def _over_time(answer: dict[str, Any]) -> Iterator[list[Any]]:
    note = f"under {answer['k']} people or comments: not shown"
    counts = [entry.get("count") for entry in answer["sentiment"]]
    hidden = note if None in counts or answer["comments"] is None else ""
    yield ["all", answer["comments"], *counts, answer["unclear"], hidden]
    for point in answer["over_time"]:
        counts = [point.get(value) for value in SENTIMENTS]
        hidden = note if point["comments"] and None in counts else ""
        yield [point["at"], point["comments"], *counts, point.get("unclear"), hidden]


def posts_table(account: TrackedAccount, choice: Choice) -> Table:
    """Each post with comments of at least k people."""
    return Table("sentiment-by-post", ["post", "posted_at", "comments", "unclear", *SHARES], _posts(account, choice))


def _posts(account: TrackedAccount, choice: Choice) -> Iterator[list[Any]]:
    rows = sentiment_by_post(account, choice)
    posts = Post.objects.in_bulk([row["post"] for row in rows])
    named = {str(key): post for key, post in posts.items()}
    for row in rows:
        if post := named.get(row["post"]):
            yield [post.shortcode, post.posted_at, row["comments"], row["unclear"], *_shares(row["sentiment"])]


def topics_table(account: TrackedAccount, choice: Choice) -> Table:
    """Topics with their shares of the sample."""
    head = ["topic", "people", "comments", "share", "95% low", "95% high", *SHARES, "examples"]
    return Table("topics", head, map(_topic, topics(account, choice)["results"]))


def _topic(group: dict[str, Any]) -> list[Any]:
    numbers = [group[name] for name in ("people", "comments", "share", "low", "high")]
    return [", ".join(group["words"]), *numbers, *_shares(group["sentiment"]), " | ".join(group["examples"])]


def questions_table(account: TrackedAccount, choice: Choice) -> Table:
    """Groups of questions that ask the same."""
    head = ["question", "words", "people", "comments", "answered", "last asked (UTC)", "more examples"]
    return Table("questions", head, map(_question, questions(account, choice)["results"]))


def _question(group: dict[str, Any]) -> list[Any]:
    first, *more = group["examples"] or [""]
    numbers = [group[name] for name in ("people", "comments", "answered", "last_at")]
    return [first, ", ".join(group["words"]), *numbers, " | ".join(more)]


def authenticity_table(account: TrackedAccount, choice: Choice) -> Table:
    """The parts of the score; the choice does not matter, they are about the whole account."""
    head = ["sign", "share", "95% low", "95% high", "of", "usual up to", "worst from", "points lost", "at most"]
    return Table("authenticity", head, _parts(authenticity(account)))


def _parts(answer: dict[str, Any]) -> Iterator[list[Any]]:
    for part in answer["parts"]:
        yield [part[name] for name in ("name", "share", "low", "high", "of", "usual", "worst", "points", "most")]
    if answer["score"] is not None:
        yield ["score", answer["score"], answer["low"], answer["high"], answer["comments"], None, None, None, 100]


TABLES: dict[str, Callable[[TrackedAccount, Choice], Table]] = {
    "sentiment": sentiment_table,
    "posts": posts_table,
    "topics": topics_table,
    "questions": questions_table,
    "authenticity": authenticity_table,
}
