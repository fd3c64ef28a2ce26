"""What a prompt says, as far as words can be looked up: its own key words, its colours, its mood."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
PAUSES: Final = re.compile(r"[.,;:!?()\[\]{}|/\n\r\t–—\"“”«»]+|\s-+\s")
# Written without spaces, so that words are found inside the text.
UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MOST_WORDS, MOST_LETTERS = 3, 24


def fold(text: str) -> str:
    """Lower case without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter)).replace("ł", "l").replace("ı", "i")


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a text file beside this module: cells between bars, notes after a hash."""
    lines = (HERE / name).read_text("utf-8").splitlines()
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines if line and line[0] != "#")


@cache
def _names(file: str) -> Mapping[str, str]:
    """Each folded word of a table with the name of its row; the first row that has it wins."""
    found: dict[str, str] = {}
    for row in table(file):
        for word in row[-1].split():
            found.setdefault(fold(word), row[0])
    return found


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing of a picture."""
    return frozenset(word for row in table("stop.txt") for word in row[0].split())


def named(file: str, prompt: str) -> list[str]:
    """The rows of a table that a prompt's words name, in the order of the prompt, each once."""
    known, text = _names(file), fold(prompt)
    hits = [(match.start(), known[match[0]]) for match in WORD.finditer(text) if match[0] in known]
    for match in WORD.finditer(text):
        hits += [(match.start(), known[part]) for part in re.split(r"['’-]", match[0]) if part in known]
    if UNSPACED.search(prompt):
        hits += [(text.find(word), row) for word, row in known.items() if UNSPACED.search(word) and word in text]
    return list(dict.fromkeys(row for _, row in sorted(hits)))


def phrases(prompt: str) -> list[str]:
    """The prompt's own words as short phrases, the first ones first; words that say nothing are left out."""
    found: list[str] = []
    for part in PAUSES.split(unicodedata.normalize("NFKC", prompt)):
        run: list[str] = []
        for match in [*WORD.finditer(part), None]:
            word = match[0] if match else ""
            if word and fold(word) not in stop_words():
                run.append(word[:MOST_LETTERS])
            if run and (not word or fold(word) in stop_words() or len(run) == MOST_WORDS):
                found.append(" ".join(run))
                run = []
    return list(dict.fromkeys(found))
