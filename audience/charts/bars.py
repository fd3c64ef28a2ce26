"""Bars with their ranges: age by gender, parts of a whole, shares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audience.charts.axes import number_words, percent_words

AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
COLOURS = ("#084c44", "#12877a", "#b8860b", "#7a3b6e", "#8b91a3")
COUNT, WOMEN, MEN = "#12877a", "#6a4fd6", "#d9600a"
FEW = 100
"""Below so many people in total a chart shows counts: a percent of 40 people says more than is known."""
RING_GAP = 0.6
ROOM = 1.04
"""The axis is a little longer than the longest whisker, whose end must not touch the edge."""
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """One bar with its 95 % range, in percent of the axis. A hidden one has too few people and carries no number."""

    words: str
    range_words: str = ""
    width: float = 0.0
    low: float | None = None
    high: float | None = None
    hidden: bool = False
    value: float = 0.0


TOO_FEW = Bar("too few to show", hidden=True)


def _total(entries: Iterable[Entry]) -> int:
    return sum(int(e["count"]) for e in entries if e.get("count") is not None)


def _shown(entry: Entry | None) -> bool:
    return bool(entry) and not entry.get("suppressed") and entry.get("count") is not None  # type: ignore[union-attr]


def _reach(entry: Entry, percents: bool) -> float:
    return float(entry.get("high") or entry.get("share") or 0) if percents else float(entry["count"])


def bar(entry: Entry | None, top: float, *, percents: bool) -> Bar:
    """The bar of one API entry on an axis from 0 to ``top`` (a share, or people where ``percents`` is false)."""
    if entry is None or not _shown(entry):
        return TOO_FEW
    if not percents:
        count = int(entry["count"])
        return Bar(number_words(count), width=_on_axis(count, top), value=count)
    share, low, high = float(entry.get("share") or 0), entry.get("low"), entry.get("high")
    drawn = Bar(percent_words(share), width=_on_axis(share, top), value=share)
    if low is None or high is None:
        return drawn
    words = f"{percent_words(low)} to {percent_words(high)}"
    return Bar(drawn.words, words, drawn.width, _on_axis(low, top), _on_axis(high, top), value=share)


def _on_axis(value: float, top: float) -> float:
    return round(min(100.0, max(0.0, 100 * value / top)), 2) if top > 0 else 0.0


@dataclass(frozen=True)
class PyramidRow:
    age: str
    women: Bar
    men: Bar


@dataclass(frozen=True)
class Pyramid:
    """Age by gender. ``people`` counts the shown cells; ``percents`` is false where there are too few for percents."""

    rows: list[PyramidRow]
    people: int
    percents: bool
    has_hidden: bool
    largest: str

    @property
    def finding(self) -> str:
        return f"Largest group: {self.largest}" if self.largest else "No group is large enough to show"


def pyramid(entries: Iterable[Entry]) -> Pyramid:
    """The table of women and men by age from the API's ``age_gender`` entries.

    Cells whose age or gender is unknown have no place in it; a cell that is suppressed or missing is hidden.
    """
    cells = {(e["age"], e["gender"]): e for e in entries if e["age"] in AGES and e["gender"] in {"woman", "man"}}
    shown = {key: e for key, e in cells.items() if _shown(e)}
    people = _total(shown.values())
    percents = people >= FEW
    top = ROOM * max((_reach(e, percents) for e in shown.values()), default=0)
    rows = [
        PyramidRow(_span(a), *(bar(cells.get((a, g)), top, percents=percents) for g in ("woman", "man"))) for a in AGES
    ]
    best = max(shown.items(), key=lambda item: (_reach(item[1], False), item[0]), default=None)
    largest = ""
    if best:
        (age, gender), entry = best
        size = bar(entry, top, percents=percents).words
        largest = f"{'women' if gender == 'woman' else 'men'} {_span(age)}, {size if percents else size + ' people'}"
    return Pyramid(rows, people, percents, any(r.women.hidden or r.men.hidden for r in rows), largest)


def _span(age: str) -> str:
    return age.replace("-", "–")


@dataclass(frozen=True)
class Part:
    """One part of a whole: a line of the list, a bar, a piece of the ring. ``css`` and ``colour`` follow its size."""

    label: str
    count: int | None
    bar: Bar
    css: str
    colour: str
    dash: str = ""
    offset: str = ""


@dataclass(frozen=True)
class Parts:
    """Parts of one whole, biggest first, the rest as "Other", the unclear last; ``hidden`` lists what is too small."""

    parts: list[Part] = field(default_factory=list)
    people: int = 0
    percents: bool = False
    hidden: list[str] = field(default_factory=list)

    @property
    def first(self) -> Part | None:
        return self.parts[0] if self.parts else None

    @property
    def finding(self) -> str:
        if not self.first:
            return "No group is large enough to show"
        return f"{self.first.label}: {self.first.bar.words}" + ("" if self.percents else f" of {self.people} people")


def parts(entries: Iterable[Entry], labels: Mapping[str, str], *, unclear: str = "Unclear", most: int = 4) -> Parts:
    """Profile types or languages from API entries ``{value, count, share, low, high}``.

    ``labels`` gives the words for values (a value without words shows itself); ``most`` is how many get a colour and a
    name, the rest is summed up as "Other" (which the value "other" is part of). One axis
    from zero serves all bars.
    """
    given = list(entries)
    shown = sorted((e for e in given if _shown(e)), key=lambda e: (-int(e["count"]), str(e["value"])))
    hidden = [labels.get(e["value"], e["value"]) for e in given if not _shown(e) and e["value"] != "unknown"]
    named = [e for e in shown if e["value"] not in {"unknown", "other"}]
    summed = [e for e in shown if e["value"] == "other"]
    # A single group left over keeps its name: "Other" would say less in the same place.
    room = most + 1 if len(named) == most + 1 and not summed else most
    unknown = [e for e in shown if e["value"] == "unknown"]
    people = _total(shown)
    percents = people >= FEW
    rows = [(labels.get(e["value"], str(e["value"])), e) for e in named[:room]]
    if rest := [*named[room:], *summed]:
        rows.append(("Other", _summed(rest)))
    rows += [(unclear, e) for e in unknown]
    top = ROOM * max((_reach(e, percents) for _, e in rows), default=0)
    return Parts(_placed(rows, top, percents, most), people, percents, hidden)


def _summed(entries: Sequence[Entry]) -> Entry:
    return {"value": "other", "count": _total(entries), "share": sum(float(e.get("share") or 0) for e in entries)}


def _placed(rows: list[tuple[str, Entry]], top: float, percents: bool, most: int) -> list[Part]:
    """Give each row its bar, colour and piece of a ring of circumference 100 that starts at 12 o'clock."""
    placed, position = [], 25.0
    weights = [float(entry.get("share") or 0) if percents else float(entry["count"]) for _, entry in rows]
    whole = sum(weights)
    for number, (label, entry) in enumerate(rows):
        grey = number >= min(most, len(COLOURS) - 1) or entry["value"] in {"unknown", "other"}
        index = len(COLOURS) - 1 if grey else number
        share = 100 * weights[number] / whole if whole else 0.0
        drawn = max(0.2, share - RING_GAP) if share < 100 else 100.0
        one = bar(entry, top, percents=percents)
        dash, offset = f"{drawn:.2f} {100 - drawn:.2f}", f"{position:.2f}"
        placed.append(Part(label, int(entry["count"]), one, f"au-c{index + 1}", COLOURS[index], dash, offset))
        position -= share
    return placed


@dataclass(frozen=True)
class Slice:
    """A piece of a bar that shows a whole: ``x`` and ``width`` in percent."""

    css: str
    colour: str
    x: float
    width: float


def share_bar(*shares: tuple[str, float]) -> list[Slice]:
    """One bar cut into shares: ``("women", 0.65), ("men", 0.35)`` or ``("count", 0.92)``. What is left stays empty."""
    colours = {"women": WOMEN, "men": MEN, "count": COUNT}
    slices, x = [], 0.0
    for kind, share in shares:
        width = min(100 - x, max(0.0, 100 * share))
        slices.append(Slice(f"au-{kind}", colours[kind], round(x, 2), round(width, 2)))
        x += width
    return slices


@dataclass(frozen=True)
class Key:
    """One line of a legend: ``margin`` is half of the 95 % range in percent points, "" where it is not known."""

    key: str
    label: str
    words: str
    margin: str


def gender_key(entries: Iterable[Entry]) -> list[Key]:
    """The legend of the pyramid from the API's ``gender`` entries; hidden and unknown ones have no number."""
    found = {str(e["value"]): e for e in entries if _shown(e)}
    percents = _total(found.values()) >= FEW
    keys = []
    for value, key, label in (("woman", "women", "Women"), ("man", "men", "Men")):
        drawn = bar(found.get(value), 0, percents=percents)
        low, high = (found[value].get(end) for end in ("low", "high")) if value in found else (None, None)
        margin = f"{50 * (high - low):.1f}" if percents and low is not None and high is not None else ""
        keys.append(Key(key, label, "" if drawn.hidden else drawn.words, margin))
    return keys
