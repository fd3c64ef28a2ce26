"""A results file read again, after people edited it: a session, or a plain word on what is wrong where. Pure."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from optimizer.layout import FORMAT, NAMES, Account, PlatformResult, Session
from optimizer.limits import count, limit_of
from optimizer.timing import DAYS, HOURS, Timing, Window, window_words

MAX_BYTES: Final = 4 * 2**20
SURE: Final = ("measured", "published", "common")
STATES: Final = ("completed", "failed", "cancelled", "queued", "running")
WINDOW: Final = re.compile(r"\s*(?P<days>[A-Za-z, ]+?)\s+(?P<start>\d{1,2}):00\s*[\u2013-]\s*(?P<end>\d{1,2}):00\s*")
EXAMPLE: Final = window_words(Window((1,), 9, 13))
KNOWN: Final = frozenset(
    {"format", "session_id", "status", "image", "created_at", "processing_time", "analysis", "results", "notes"}
)


class ResultsUnreadable(Exception):
    """The file is no results file of this version; the message names the place and says what belongs there."""


def read_results(data: bytes) -> Session:
    """The session of a results file, as :func:`optimizer.layout.results_json` writes it and people may edit it.

    What follows from the rest (lengths, first comments) is not read. Raises :class:`ResultsUnreadable`.
    """
    if len(data) > MAX_BYTES:
        raise ResultsUnreadable(f"A results file has at most {MAX_BYTES // 2**20} MB.")
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ResultsUnreadable("The file is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ResultsUnreadable(f"The file is not JSON: line {error.lineno}, column {error.colno}.") from None
    except (RecursionError, ValueError):
        raise ResultsUnreadable("The file is not JSON of a results file.") from None
    return session_of(whole)


def session_of(whole: Any) -> Session:
    """The session of plain values, as :func:`optimizer.layout.results_data` gives them.

    Raises :class:`ResultsUnreadable`, also for a format of another version.
    """
    if not isinstance(whole, Mapping) or "format" not in whole or "results" not in whole:
        raise ResultsUnreadable("This is not a results file: it has no “format” and “results”.")
    if whole["format"] != FORMAT or isinstance(whole["format"], bool):
        raise ResultsUnreadable(f"This is a results file of format {whole['format']!r}; this version reads {FORMAT}.")
    top = _Part(whole, "")
    results = [_platform(name, part) for name, part in top.part("results").parts()]
    analysis = top.part("analysis")
    return Session(
        session_id=top.text("session_id"),
        status=top.text("status"),
        image=top.text("image"),
        created=_moment(top.text("created_at")),
        results=tuple(results),
        description=analysis.text("description"),
        description_source=analysis.text("description_source") or "none",
        niches=analysis.texts("niches"),
        subjects=analysis.texts("subjects"),
        text_in_image=analysis.text("text_in_image"),
        is_product=analysis.truth("is_product"),
        product_reason=analysis.text("product_reason"),
        seconds=top.number("processing_time"),
        notes=top.texts("notes"),
        extra={name: value for name, value in whole.items() if name not in KNOWN},
    )


def beyond_limits(session: Session) -> Iterator[str]:
    """What an edit made longer than its platform takes, in words; nothing where all of it can be posted."""
    for one in session.results:
        length, most = count(one.caption, one.platform), limit_of(one.platform).most
        if one.status == "completed" and length > most:
            yield f"{one.platform}: the caption has {length:,} of {most:,} characters."


class _Part:
    """One object of the file; ``path`` is its place, for messages."""

    def __init__(self, values: Mapping[str, Any], path: str) -> None:
        self._values = values
        self._path = path

    def wrong(self, name: str, wanted: str) -> ResultsUnreadable:
        return ResultsUnreadable(f"{self._path}{name} is {wanted}.")

    def part(self, name: str) -> "_Part":
        value = self._values.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise self.wrong(name, "an object in braces { }")
        return _Part(value or {}, f"{self._path}{name}.")

    def parts(self) -> list[tuple[str, "_Part"]]:
        return [(name, self.part(name)) for name in self._values]

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, "text in quotes")
        # Half of a surrogate pair can be written in JSON and in no file.
        return value.encode("utf-8", "replace").decode()

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._each(name, "a list of texts in brackets [ ]", str))

    def objects(self, name: str) -> "list[_Part]":
        found = self._each(name, "a list of objects in brackets [ ]", dict)
        return [_Part(value, f"{self._path}{name}.") for value in found]

    def number(self, name: str) -> float:
        value = self._values.get(name)
        if value is None:
            return 0.0
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise self.wrong(name, "a number from 0 on")
        return float(value)

    def whole(self, name: str) -> int:
        return int(self.number(name))

    def truth(self, name: str) -> bool | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true, false or null")
        return value

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise self.wrong(name, f"one of {', '.join(allowed)}")
        return value

    def _each(self, name: str, wanted: str, kind: type) -> list[Any]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
            raise self.wrong(name, wanted)
        return [one.encode("utf-8", "replace").decode() for one in value] if kind is str else value


def _platform(name: str, part: _Part) -> PlatformResult:
    if name not in NAMES:
        raise ResultsUnreadable(f"There is no platform {name[:40]!r}. Known: {', '.join(NAMES)}.")
    status = part.one_of("status", STATES)
    seconds = part.number("processing_time")
    if status != "completed":
        error = part.part("error")
        return PlatformResult(name, status, seconds=seconds, code=error.text("code"), error=error.text("message"))
    size = part.part("dimensions")
    return PlatformResult(
        name,
        status,
        caption=part.text("caption"),
        title=part.text("title"),
        hashtags=tuple(tag for one in part.texts("hashtags") if (tag := one.strip().lstrip("#\uff03"))),
        alt_text=part.text("alt_text"),
        timing=_timing(name, part.part("posting")) if part.has("posting") else None,
        accounts=tuple(_account(name, one) for one in part.objects("suggested_accounts")),
        file=part.text("file"),
        width=size.whole("width"),
        height=size.whole("height"),
        size=part.whole("size"),
        media_type=part.text("media_type"),
        seconds=seconds,
        product_photography=part.truth("product_photography") or False,
        writer=part.text("writer"),
    )


def _timing(platform: str, part: _Part) -> Timing:
    windows = tuple(_window(part, words) for words in part.texts("best_times"))
    days = part.texts("best_days")
    if unknown := [day for day in days if day not in DAYS]:
        raise part.wrong("best_days", f"of {', '.join(DAYS)}, not {unknown[0][:40]!r}")
    return Timing(
        platform,
        part.text("basis"),
        part.one_of("sure", SURE),
        windows,
        tuple(DAYS.index(day) for day in days),
        part.text("why"),
        part.text("source"),
    )


def _window(part: _Part, words: str) -> Window:
    found = WINDOW.fullmatch(words)
    days = [day.strip().capitalize() for day in found["days"].split(",")] if found else []
    start, end = (int(found["start"]), int(found["end"])) if found else (0, 0)
    if not set(days) <= set(DAYS) or not 0 <= start < end <= HOURS:
        raise part.wrong("best_times", f"a list of times such as “{EXAMPLE}”, not {words[:60]!r}")
    return Window(tuple(DAYS.index(day) for day in days), start, end)


def _account(platform: str, part: _Part) -> Account:
    return Account(
        part.text("platform") or platform,
        part.text("username").strip().lstrip("@"),
        part.text("url"),
        part.text("why"),
        tuple((one.text("title"), one.text("url")) for one in part.objects("sources")),
    )


def _moment(words: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise ResultsUnreadable("created_at is a time such as 2026-11-21T15:00:00+00:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
