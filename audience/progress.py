"""The progress of an analysis in words and numbers for people."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

UPLOAD_STEPS = (("reading", "Read the file"), ("classifying", "Look at profiles"), ("reporting", "Update the report"))
LIVE_STEPS = (("fetching", "Fetch from Instagram"), *UPLOAD_STEPS[1:])
TITLES = {
    "queued": "Waiting for a worker",
    "fetching": "Fetching from Instagram",
    "reading": "Reading the file",
    "classifying": "Looking at profiles",
    "reporting": "Updating the report",
    "paused": "Paused",
    "done": "Analysis finished",
    "failed": "The analysis failed",
    "cancelled": "Analysis stopped",
}
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``state`` is done, now or next."""

    label: str
    state: Literal["done", "now", "next"]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What a page shows of an analysis. ``total`` is 0 while it is not known."""

    title: str
    state: str
    step: str
    steps: tuple[Step, ...]
    done: int
    total: int
    percent: int
    eta_words: str
    cost_words: str
    error: str
    finished: bool
    poll_url: str = ""
    live: str = ""
    cancel_url: str = ""
    resume_url: str = ""
    report_url: str = ""


def eta_words(seconds: int | None) -> str:
    """Seconds as a person says them; "" where they are not known.

    >>> eta_words(200)
    'about 3 min left'
    """
    if seconds is None:
        return ""
    if seconds < MINUTE:
        return "less than a minute left"
    if seconds < 2 * HOUR:
        return f"about {round(seconds / MINUTE)} min left"
    return f"about {round(seconds / HOUR)} hours left"


def steps_of(state: str, step: str, *, live: bool = False) -> tuple[Step, ...]:
    """All steps with where the run is. A run that is done has done them all; one that stopped has none going on.

    ``live`` runs fetch their data, the others read a file.
    """
    every = LIVE_STEPS if live else UPLOAD_STEPS
    names = [name for name, _ in every]
    at = names.index(step)
    steps = []
    for position, (_, label) in enumerate(every):
        if state == "done" or position < at:
            steps.append(Step(label, "done"))
        else:
            steps.append(Step(label, "now" if position == at and state == "running" else "next"))
    return tuple(steps)


def percent_of(state: str, done: int, total: int) -> int:
    """Whole percent; 100 only for a run that is done."""
    if state == "done":
        return 100
    return min(99, 100 * done // total) if total else 0


def cost_words(amount: Decimal) -> str:
    """US dollars as a person reads them; "" for nothing.

    >>> cost_words(Decimal("0.0042"))
    'under $0.01'
    """
    if amount <= 0:
        return ""
    return "under $0.01" if amount < Decimal("0.01") else f"${amount:.2f}"


def title_of(state: str, step: str) -> str:
    """One line that says what goes on."""
    return TITLES[step] if state == "running" else TITLES[state]
