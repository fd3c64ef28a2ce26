"""The lists in ``words``, read once, as one pattern for each code and language."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

from aura.providers.local.wording import folded
from aura.wording.folding import REPEATED, bare, spaced

FOLDER: Final = Path(__file__).parent / "words"
SHORTEST_SQUEEZED: Final = 5


@cache
def patterns(language: str) -> dict[str, re.Pattern[str]]:
    """What finds the words of each code in a folded text that is to be in ``language``."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for (code, only), entries in _entries().items():
        if _holds(only, language):
            found[code] |= entries
    return {code: re.compile(rf"\b(?:{'|'.join(sorted(entries))})\b") for code, entries in found.items()}


def _holds(only: str, language: str) -> bool:
    """Whether a section is for a language: for all, for this one (``de``), or not for another one (``!fr``)."""
    return only[1:] != language if only.startswith("!") else only in {"", language}


@cache
def squeezed_patterns(language: str) -> dict[str, re.Pattern[str]]:
    """The same for a text whose runs of a letter were made one: "asshole" is "ashole" there. Without short words."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for (code, only), entries in _entries().items():
        if _holds(only, language):
            single = {REPEATED.sub(r"\1", entry) for entry in entries}
            found[code] |= {entry for entry in single if len(entry.replace(r"\w*", "")) >= SHORTEST_SQUEEZED}
    return {code: re.compile(rf"\b(?:{'|'.join(sorted(entries))})\b") for code, entries in found.items() if entries}


@cache
def _entries() -> dict[tuple[str, str], frozenset[str]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for path in sorted(FOLDER.glob("*.txt")):
        section = ("", "")
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("["):
                code, _, only = line.strip("[] ").partition(" ")
                section = (code, only)
            elif line.strip() and not line.startswith("#"):
                for entry in line.split(","):
                    found[section] |= _forms(entry.strip())
    return {section: frozenset(entries) for section, entries in found.items()}


def _forms(entry: str) -> set[str]:
    """Patterns of one entry, in both ways to take off its accents."""
    starts, ends = entry.startswith("*"), entry.endswith("*")
    inner = entry.strip("*")
    forms = set()
    for plain in (folded(inner), bare(inner)):
        core = r"\w*".join(re.escape(spaced(part)).replace(r"\ ", " ") for part in plain.split("*"))
        forms.add((r"\w*" if starts else "") + core + (r"\w*" if ends else ""))
    return forms - {""}
