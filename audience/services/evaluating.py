"""Runs a model over labelled pictures as production would, and gathers what it answered beside the truth (A8).

Pictures are read, cleaned and classified a slice at a time, so memory does not grow with the list.
"""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from audience.evaluation import Case, Labelled, Trouble, evaluation
from audience.services.picture_files import PictureFiles
from audience.services.pictures import MAX_BYTES
from aura.providers.errors import ProviderError
from aura.providers.images import ImageRefused, sanitise
from aura.providers.ports import UNKNOWN, Estimate, ProfileEvidence, ProfileReading, Vision

SLICE: Final = 256
CLEANERS: Final = 4
MOST_TROUBLES: Final = 10_000
Prepared = tuple[Labelled, ProfileEvidence]


@dataclass(slots=True)
class Gathered:
    """What came of a list. ``problems`` counts all, ``troubles`` keeps the first ten thousand."""

    gender: list[Case] = field(default_factory=list)
    age: list[Case] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    problems: int = 0
    listed: int = 0
    evaluated: int = 0
    placed_by_middle: int = 0
    seconds: float = 0.0
    usd: float = 0.0
    stopped: str = ""

    def tell(self, trouble: Trouble) -> None:
        """Keep a trouble, or only count it."""
        self.problems += 1
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(trouble)

    def as_json(self, vision: Vision, seed: int) -> dict[str, Any]:
        """All figures; see ``docs/accuracy.md``."""
        thousands = max(self.evaluated, 1) / 1000
        seconds, usd = round(self.seconds, 3), round(self.usd, 6)
        return {
            "model": {"name": vision.name, "version": vision.version, "prompt": vision.prompt_version},
            "rows": {
                "listed": self.listed,
                "evaluated": self.evaluated,
                "left_out": self.listed - self.evaluated,
                "placed_by_middle": self.placed_by_middle,
                "problems": self.problems,
            },
            "stopped": self.stopped,
            "seed": seed,
            "interval": "95 %",
            **evaluation(self.gender, self.age, seed=seed),
            "speed": {"seconds": seconds, "seconds_per_1000": round(self.seconds / thousands, 3)},
            "cost": {"usd": usd, "usd_per_1000": round(self.usd / thousands, 6)},
            "problems": [{"line": one.line, "code": one.code, "message": one.message} for one in self.troubles],
        }


def evaluate(
    rows: Iterable[Labelled | Trouble],
    folder: Path,
    vision: Vision,
    *,
    limit: int = 0,
    size: int = SLICE,
    seed: int = 0,
) -> Gathered:
    """Classify the labelled pictures, ``size`` profiles at a time; with ``limit``, a random sample of that many rows.

    What a row lacks is among the troubles and never ends the run. Where the model can answer nothing more, the run
    stops there, says so in ``stopped`` and keeps what it has.
    """
    gathered = Gathered()
    files = PictureFiles(folder)
    labelled = _labelled(rows, gathered)
    if limit:
        labelled = iter(_drawn(labelled, limit, seed))
    began = time.monotonic()
    with ThreadPoolExecutor(CLEANERS, thread_name_prefix="labelled") as pool:
        while slice_ := list(islice(labelled, size)):
            found = list(pool.map(lambda row: _prepared(row, files), slice_))
            for trouble in (one for one in found if isinstance(one, Trouble)):
                gathered.tell(trouble)
            try:
                _read([one for one in found if not isinstance(one, Trouble)], vision, gathered)
            except ProviderError as error:
                gathered.stopped = error.message
                break
    gathered.seconds = time.monotonic() - began
    return gathered


def _labelled(rows: Iterable[Labelled | Trouble], gathered: Gathered) -> Iterator[Labelled]:
    lines = set()
    for row in rows:
        if isinstance(row, Trouble):
            gathered.tell(row)
            if row.code in {"row_broken", "picture_not_named", "not_labelled"} and row.line not in lines:
                gathered.listed += 1
            lines = {row.line}
        else:
            gathered.listed += 1
            yield row


def _drawn(rows: Iterable[Labelled], limit: int, seed: int) -> list[Labelled]:
    """A simple random sample in the list's order (Vitter's algorithm R), holding no more than it returns."""
    chance = random.Random(seed)  # noqa: S311  a sample, no secret
    kept: list[Labelled] = []
    for number, row in enumerate(rows):
        if number < limit:
            kept.append(row)
        elif (place := chance.randrange(number + 1)) < limit:
            kept[place] = row
    return sorted(kept, key=lambda row: row.line)


def _prepared(row: Labelled, files: PictureFiles) -> Prepared | Trouble:
    """The row as a model may see it: nothing of the labels, the picture through the sanitiser of production."""
    path = files.find(row.picture)
    if path is None:
        return Trouble(row.line, "picture_missing", f"There is no picture “{row.picture[:80]}” in the folder.")
    try:
        with path.open("rb") as stream:
            clean = sanitise(stream.read(MAX_BYTES + 1), max_bytes=MAX_BYTES)
    except ImageRefused as error:
        return Trouble(row.line, f"picture_{error.code}", f"“{row.picture[:80]}”: {error.message}")
    except OSError as error:
        return Trouble(row.line, "picture_not_readable", f"“{row.picture[:80]}” cannot be read: {error.strerror}.")
    return row, ProfileEvidence(
        id=str(row.line),
        username=row.username,
        full_name=row.full_name,
        bio=row.bio,
        comments=row.comments,
        picture=clean.data,
        picture_key=clean.sha256,
    )


def _read(prepared: Sequence[Prepared], vision: Vision, gathered: Gathered) -> None:
    rows = {evidence.id: row for row, evidence in prepared}
    if not rows:
        return
    for outcome in vision.read([evidence for _, evidence in prepared]):
        if outcome.charge is not None:
            gathered.usd += float(outcome.charge.book())
        for reading in outcome.readings:
            _take(rows[reading.id], reading, gathered)
        for key, error in outcome.failed.items():
            gathered.tell(Trouble(rows[key].line, error.code, f"The model gave no answer: {error.message}"))
            _take(rows[key], None, gathered)


def _take(row: Labelled, reading: ProfileReading | None, gathered: Gathered) -> None:
    gathered.evaluated += 1
    if row.gender != UNKNOWN:
        gathered.gender.append(case_of(row.gender, reading.gender if reading else None, group=row.group))
    if row.age is not None:
        years = years_of(reading)
        truth, real = row.age.bracket, row.age.middle
        gathered.placed_by_middle += not row.age.fits
        estimate = reading.age if reading else None
        gathered.age.append(case_of(truth, estimate, group=row.group, age=real, years=years))


def case_of(
    truth: str,
    estimate: Estimate | None,
    *,
    weight: float = 1.0,
    group: str = "",
    age: float | None = None,
    years: float | None = None,
) -> Case:
    """An answer beside the truth; None stands for no answer at all."""
    if estimate is None:
        return Case(truth, UNKNOWN, weight=weight, group=group, age=age)
    shares = estimate.probabilities
    best = max(shares, key=lambda value: shares[value]) if shares else ""
    return Case(truth, estimate.value, estimate.confidence, best, weight, group, age, years)


def years_of(reading: ProfileReading | None) -> float | None:
    """The model's own estimate in years, where its evidence holds one."""
    face = (reading.evidence.get("face") if reading else None) or {}
    found = face.get("estimated_years", face.get("years"))
    return float(found) if isinstance(found, int | float) else None
