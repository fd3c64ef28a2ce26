"""What a report says in words. Sentences are built from the same numbers that the charts show, and name guesses so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

from aura.http.model_names import model_words as model_words  # where reports look for it

GENDER_WORDS = {"woman": "women", "man": "men"}
SEEN_WORDS = {"woman": "woman", "man": "man"}
TYPE_WORDS = {
    "person": "Personal",
    "creator": "Creator",
    "business": "Business",
    "fan_page": "Fan or theme page",
    "suspected_bot": "Suspected bot",
    "unknown": "Unclear",
}
MAX_MARKS = 2
JUMP = 3.0
HALF = 0.5


def span(age: str) -> str:
    """``25-34`` with the dash that ranges are written with."""
    return age.replace("-", "–")


def percent(share: float) -> str:
    """A share as whole percent."""
    return f"{100 * share:.0f}%"


def _shown(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [e for e in entries if not e.get("suppressed") and e.get("count")]


def gender_age(answer: Mapping[str, Any]) -> str:
    """The largest group of age and gender, or why none is named. ``answer`` is the API's demographics."""
    known = [e for e in _shown(answer["age_gender"]) if e["gender"] in GENDER_WORDS and e["age"] != "unknown"]
    if not known:
        return "No group is large enough to show"
    best = max(known, key=lambda e: e["count"])
    who = f"{GENDER_WORDS[best['gender']]} of {span(best['age'])}"
    lead = "Mostly" if best.get("share", 0) > HALF else "Largest group:"
    return f"{lead} {who}, judged by how they look in their pictures"


def gender_split(answer: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """Share of women with its 95 % range, or None where it may not be shown."""
    women = next((e for e in _shown(answer["gender"]) if e["value"] == "woman"), None)
    return (women["share"], women["low"], women["high"]) if women else None


def method(answer: Mapping[str, Any]) -> str:
    """How the numbers came about, with how many people could not be read."""
    made = answer["method"]
    model = model_words(str(made.get("model") or "no model yet"))
    words = [f"Estimated by {model} from profile pictures, names, bios and comments; nobody was asked."]
    if any((made.get("corrected") or {}).values()):
        words.append(_corrected(made.get("corrected_by") or {}))
    words.append("The ± and the thin lines are 95% ranges; those of ages are rough, since the model errs by years.")
    if answer.get("unknown"):
        words.append(f"{answer['unknown']:,} people could not be read and are left out of the shares.")
    words.append(f"Groups of fewer than {answer['k']} people are not shown.")
    if answer.get("filtered"):
        words.append(f"With a filter, counts are rounded to {answer['k']} to protect people.")
    return " ".join(words)


def _corrected(sources: Mapping[str, str]) -> str:
    own = [name for name, source in sorted(sources.items()) if source.startswith("labels")]
    if not own:
        return "Shares are corrected for the model's known errors, as measured on pictures from elsewhere."
    rest = "" if len(own) == len(sources) else "; other shares for those measured on pictures from elsewhere"
    return f"Shares of {' and '.join(own)} are corrected for the errors that your own labels show{rest}."


def jump_marks(series: Sequence[tuple[date, int]], posts: Iterable[tuple[date, str]]) -> dict[date, str]:
    """Words for the days that stand out (three times the median), where a post of that day or the day before may
    explain it. ``posts`` are (day, words); the newest post wins."""
    values = [count for _, count in series if count]
    if len(values) < 7:
        return {}
    bar = JUMP * median(values)
    named = dict(sorted(posts))
    jumps = sorted((p for p in series if p[1] > bar), key=lambda p: -p[1])
    marks: dict[date, str] = {}
    for day, _ in jumps:
        words = named.get(day) or named.get(day - timedelta(days=1))
        if words and words not in marks.values() and len(marks) < MAX_MARKS:
            marks[day] = words
    return marks


def change_words(now: int, before: int | None) -> tuple[str, str]:
    """``("12% more", "up")`` against the period before; empty words where there is nothing to compare with."""
    if not before:
        return "", ""
    change = (now - before) / before
    if abs(change) < 0.005:
        return "as before", ""
    return f"{abs(change):.0%}", "up" if change > 0 else "down"
