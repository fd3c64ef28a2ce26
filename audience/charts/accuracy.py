"""How right a model is: confusion matrix, reliability diagram, shares with their ranges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audience.charts.axes import number_words, percent_words
from audience.charts.bars import Bar
from audience.charts.hours import COLOURS

UNKNOWN = "unknown"
Figure = Mapping[str, Any]


@dataclass(frozen=True)
class Dot:
    """A point of the reliability diagram in percent of the plot, with the ends of its range; ``r`` grows with n."""

    x: float
    y: float
    low: float
    high: float
    r: float
    sure: str
    right: str
    range_words: str
    people: str


@dataclass(frozen=True)
class Reliability:
    """How sure the model was against how often it was right, on a plot of 100 × 100 whose diagonal is perfect."""

    dots: list[Dot]
    summary: str


@dataclass(frozen=True)
class Square:
    """A cell of a confusion matrix: the share of the row, and its step from 0 to 5."""

    words: str
    level: int
    colour: str
    is_right: bool
    label: str


@dataclass(frozen=True)
class MatrixRow:
    truth: str
    cells: list[Square]
    people: str


@dataclass(frozen=True)
class Confusion:
    """Rows are what people say, columns what the model says; each row adds up to 100 %."""

    columns: list[str]
    rows: list[MatrixRow]


@dataclass(frozen=True)
class Measure:
    """A share with its range as a bar from 0 to 100 %."""

    label: str
    bar: Bar
    people: str
    note: str = ""


def reliability(bins: Iterable[Mapping[str, Any]]) -> Reliability | None:
    """The diagram of ``evaluation``'s bins; None without any."""
    found = [one for one in bins if one["accuracy"]["value"] is not None]
    if not found:
        return None
    most = max(one["accuracy"]["n"] for one in found)
    dots = [_dot(one, most) for one in found]
    off = max(found, key=lambda one: abs(one["confidence"] - one["accuracy"]["value"]))
    words = (
        f"Where it said {percent_words(off['confidence'])}, it was right in {percent_words(off['accuracy']['value'])}"
    )
    return Reliability(dots, f"How sure the model was and how often it was right, in {len(dots)} groups. {words}.")


def _dot(one: Mapping[str, Any], most: int) -> Dot:
    accuracy = one["accuracy"]
    return Dot(
        x=round(100 * one["confidence"], 2),
        y=round(100 - 100 * accuracy["value"], 2),
        low=round(100 - 100 * accuracy["low"], 2),
        high=round(100 - 100 * accuracy["high"], 2),
        r=round(4 + 5 * (accuracy["n"] / most) ** 0.5, 1),
        sure=percent_words(one["confidence"]),
        right=percent_words(accuracy["value"]),
        range_words=range_words(accuracy),
        people=number_words(accuracy["n"]),
    )


def range_words(figure: Figure) -> str:
    """The 95 % range of a share in words."""
    if figure.get("value") is None:
        return ""
    return f"{percent_words(figure['low'])} to {percent_words(figure['high'])}"


def confusion(
    table: Mapping[str, Mapping[str, float]], words: Mapping[str, str], people: Mapping[str, int]
) -> Confusion | None:
    """The matrix of ``evaluation`` as shares of each row; rows without anybody are left out, None where all are."""
    rows = {truth: row for truth, row in table.items() if sum(row.values()) > 0}
    if not rows:
        return None
    columns = list(next(iter(rows.values())))
    drawn = [MatrixRow(words.get(t, t), _squares(t, row, words), number_words(people[t])) for t, row in rows.items()]
    return Confusion(["No answer" if name == UNKNOWN else words.get(name, name) for name in columns], drawn)


def _squares(truth: str, row: Mapping[str, float], words: Mapping[str, str]) -> list[Square]:
    total = sum(row.values())
    squares = []
    for seen, weight in row.items():
        share = weight / total
        level = 0 if share <= 0 else min(5, 1 + int(5 * share))
        said = "no answer" if seen == UNKNOWN else f"seen as {words.get(seen, seen)}"
        label = f"{words.get(truth, truth)}, {said}: {percent_words(share)}"
        squares.append(Square(percent_words(share), level, COLOURS[level], seen == truth, label))
    return squares


def measure(label: str, figure: Figure, note: str = "") -> Measure:
    """One figure with its range on an axis from 0 to 100 %."""
    if figure.get("value") is None:
        return Measure(label, Bar("not known"), "0", note)
    value, low, high = (round(100 * figure[name], 2) for name in ("value", "low", "high"))
    drawn = Bar(percent_words(figure["value"]), range_words(figure), value, low, high, value=figure["value"])
    return Measure(label, drawn, number_words(figure["n"]), note)


def measures(rows: Sequence[Mapping[str, Any]], figure: str, label: str, words: Mapping[str, str]) -> list[Measure]:
    """The same figure of several classes or groups; those with too few people say so."""
    found = []
    for row in rows:
        name = words.get(row[label], row[label])
        if row.get("suppressed"):
            found.append(Measure(name, Bar("too few to show", hidden=True), ""))
        else:
            found.append(measure(name, row[figure], "too few to rank" if row.get("too_small") else ""))
    return found
