"""The tables behind the people pages and their API, as they go into files (M15)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from audience.models import TrackedAccount
from audience.queries.growth import growth
from audience.queries.loyalty import CLASSES, loyalty
from audience.queries.quality import quality, types
from audience.queries.segments import DIMENSIONS, segments
from aura.http.exports import Table

RANGE = ("value", "low", "high")
SHARE = ("share", "low", "high")
Row = list[Any]


def _hidden(entry: Mapping[str, Any], k: int) -> str:
    return f"under {k} people, or a sum would give it away: not shown" if entry.get("suppressed") else ""


def _loyalty(account: TrackedAccount) -> Table:
    answer = loyalty(account)
    head = ["month", "people"] + [f"{name}{end}" for name in CLASSES for end in ("", " share", " 95% low", " 95% high")]

    def rows() -> Iterator[Row]:
        for month in answer["months"]:
            row = [month["month"], month.get("people")]
            for name in CLASSES:
                row += [month.get(name, {}).get(key) for key in ("count", *SHARE)]
            hidden = month.get("suppressed") or any(month[name].get("suppressed") for name in CLASSES)
            yield [*row, _hidden({"suppressed": hidden}, answer["k"])]

    return Table("loyalty", [*head, "note"], rows())


def _retention(account: TrackedAccount) -> Table:
    answer = loyalty(account)

    def rows() -> Iterator[Row]:
        for cohort in answer["cohorts"]:
            yield [cohort["cohort"], 0, cohort.get("people"), None, None, None, _hidden(cohort, answer["k"])]
            for cell in cohort["later"]:
                told = [cell.get(key) for key in ("people", *SHARE)]
                yield [cohort["cohort"], cell["months"], *told, _hidden(cell, answer["k"])]

    head = ["first comment in", "months later", "people", "share", "95% low", "95% high", "note"]
    return Table("retention", head, rows())


def _concentration(account: TrackedAccount) -> Table:
    told = loyalty(account)["concentration"]
    rows: list[Row] = []
    if told:
        rows = [[f"comments by the most active {top['part']:.0%}", *(top[key] for key in SHARE)] for top in told["top"]]
        rows.append(["Gini coefficient", *(told["gini"][key] for key in RANGE)])
    return Table("concentration", ["figure", "value", "95% low", "95% high"], rows)


def _segments(account: TrackedAccount) -> Table:
    answer = segments(account)
    names = ("comments_per_person", "likes_per_comment")
    head = ["table", "group (estimated)", "people"]
    head += [f"{name.replace('_', ' ')}{end}" for name in names for end in ("", " 95% low", " 95% high")]

    def rows() -> Iterator[Row]:
        for dimension in DIMENSIONS:
            for entry in answer[dimension]:
                row = [dimension, entry["value"], entry.get("people")]
                for name in names:
                    row += [(entry.get(name) or {}).get(key) for key in RANGE]
                row += [(entry.get("loyal") or {}).get(key) for key in SHARE]
                yield [*row, _hidden(entry, answer["k"])]

    return Table("segments", [*head, "loyal share", "loyal 95% low", "loyal 95% high", "note"], rows())


def _types(account: TrackedAccount) -> Table:
    answer = types(account)
    rows = (
        [entry["label"], *(entry.get(key) for key in ("count", *SHARE)), _hidden(entry, answer["k"])]
        for entry in answer["kinds"]
    )
    return Table("audience-types", ["type (estimated)", "people", "share", "95% low", "95% high", "note"], rows)


def _signals(account: TrackedAccount) -> Table:
    answer = types(account)
    rows = (
        [entry["words"], entry["weight"], *(entry.get(key) for key in ("count", *SHARE)), _hidden(entry, answer["k"])]
        for entry in answer["signals"]
    )
    return Table("signals", ["signal", "points", "people", "share", "95% low", "95% high", "note"], rows)


def _quality(account: TrackedAccount) -> Table:
    answer = quality(account)
    names = ("label", "words", "weight", "used", *SHARE, "people", "mark", "points", "missing")

    def rows() -> Iterator[Row]:
        for part in answer["parts"]:
            yield [part[name] for name in names]
        ends = [answer["score"], answer["low"], answer["high"]]
        yield ["Score", "0 to 100", 100, None, *ends, None, None, answer["score"], answer["refused"]]

    head = ["part", "what it is", "weight", "weight used", "value", "95% low", "95% high", "people", "mark", "points"]
    return Table("quality", [*head, "note"], rows())


def _growth(account: TrackedAccount) -> Table:
    names = ("day", "followers", "following", "posts", "gained", "days", "per_day", "score", "jump", "source")
    rows = ([point[name] for name in names] for point in growth(account)["points"])
    return Table("growth", [name.replace("_", " ") for name in names], rows)


def _jumps(account: TrackedAccount) -> Table:
    def rows() -> Iterator[Row]:
        for jump in growth(account)["jumps"]:
            told = [jump[name] for name in ("day", "since", "gained", "per_day", "score")]
            for candidate in jump["candidates"] or [{"what": "", "day": "", "words": "nothing known at that time"}]:
                yield [*told, candidate["what"], candidate["day"], candidate["words"]]

    head = ["day", "since", "gained", "per day", "score", "came at the same time", "on", "words"]
    return Table("jumps", head, rows())


def _followers(account: TrackedAccount) -> Table:
    def rows() -> Iterator[Row]:
        told = growth(account)["followers"] or {}
        for table in ("age", "gender"):
            for entry in told.get(table, []):
                mine, seen = entry["followers"], entry["commenters"]
                counts = [mine.get("count"), mine.get("share")]
                yield [table, entry["value"], *counts, *(seen.get(key) for key in ("count", *SHARE))]
        for table in ("country", "city"):
            for entry in told.get(table, []):
                yield [table, entry["value"], entry["count"], entry["share"], None, None, None, None]

    head = ["table", "group", "followers", "share of followers"]
    head += ["commenters (estimated)", "share (estimated)", "95% low", "95% high"]
    return Table("followers", head, rows())


SHEETS: dict[str, Callable[[TrackedAccount], Table]] = {
    "loyalty": _loyalty,
    "retention": _retention,
    "concentration": _concentration,
    "segments": _segments,
    "types": _types,
    "signals": _signals,
    "quality": _quality,
    "growth": _growth,
    "jumps": _jumps,
    "followers": _followers,
}
"""By the names that addresses use; each is made of the answer that its page shows."""


def comparison(answer: Mapping[str, Any]) -> Table:
    """The rows of a comparison."""

    def rows() -> Iterator[Row]:
        for row in answer["rows"]:
            sides = [row[side].get(key) for side in ("a", "b") for key in RANGE]
            gap = [row[name] for name in ("difference", "low", "high", "effect", "size", "p", "adjusted")]
            yield [row["topic"], row["label"], row["measure"], *sides, *gap, row["words"]]

    sides = [f"{side}{end}" for side in ("a", "b") for end in ("", " 95% low", " 95% high")]
    gap = ["difference", "difference 95% low", "difference 95% high", "effect", "size", "p", "p adjusted"]
    return Table("comparison", ["table", "group (estimated)", "measure", *sides, *gap, "verdict"], rows())


def regions(answer: Mapping[str, Any]) -> Table:
    """People of exactly these accounts and no other that was asked about."""
    rows = (
        [" + ".join(r["accounts"]), r.get("people"), r.get("about"), _hidden(r, answer["k"])] for r in answer["regions"]
    )
    return Table("overlap", ["accounts", "people", "rounded", "note"], rows)


def pairs(answer: Mapping[str, Any]) -> Table:
    """The people whom two accounts share."""
    names = ("a", "b", "shared", "share_of_a", "share_of_b", "jaccard", "about")
    rows = ([*(pair.get(name) for name in names), _hidden(pair, answer["k"])] for pair in answer["pairs"])
    return Table("pairs", ["a", "b", "shared", "share of a", "share of b", "jaccard", "rounded", "note"], rows)
