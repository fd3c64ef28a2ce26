"""How different compliments are for different posts, and how fast: ``python -m benchmarks.compliments [POSTS]``.

Each post is a drawn picture with a caption; the styles go round. Beside the embedded writer stands a naive template
("What a lovely picture! I love the …") that fills in the same facts. Distinct-n is the number of different n-grams over
all of them (Li et al. 2016); self-BLEU the mean BLEU-4 of a text against all others (Zhu et al. 2018), here against 50.
"""

import math
import sys
import time
from collections import Counter
from collections.abc import Sequence
from random import Random

from aura.providers.local.scenes import look
from aura.providers.local.writer import LocalWriter
from aura.providers.local.writer.lexicon import LANGUAGES, tables
from aura.providers.local.writer.likeness import alike, opening
from aura.providers.local.writer.sentences import coloured
from aura.providers.writer_ports import STYLES, Brief, Picture
from aura.testing.drawings import CAPTIONS, drawn
from compliments.guard import check, facts_of

TEMPLATES = (
    "What a lovely picture! I love {a} and {b}.",
    "Beautiful shot! {a} and {b} are amazing.",
    "Great post! {a} really stands out, and {b} too.",
)
AGAINST = 50


def briefs(posts: int, language: str) -> list[Brief]:
    """One brief a post."""
    return [
        Brief(
            (Picture(1, drawn(n), key=f"drawn {n}"),),
            STYLES[n % len(STYLES)],
            language=language,
            variations=1,
            caption=CAPTIONS[n % len(CAPTIONS)],
        )
        for n in range(posts)
    ]


def naive(brief: Brief, number: int) -> str:
    """A template with the two strongest facts of the picture."""
    things = tables("en").things
    scene = look(brief.pictures[0].data, with_faces=False)
    names = [coloured(things[fact.code][0], fact.colours).text for fact in scene.facts if fact.code in things]
    return TEMPLATES[number % 3].format(a=names[0], b=names[-1])


def words_of(text: str) -> list[str]:
    """Lower-case words."""
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()


def distinct(texts: Sequence[str], size: int) -> float:
    """Different n-grams over all n-grams."""
    grams = [gram for text in texts for gram in _grams(words_of(text), size)]
    return len(set(grams)) / len(grams)


def self_bleu(texts: Sequence[str]) -> float:
    """Mean BLEU-4 of each text against 50 others, smoothed by one (Lin and Och 2004)."""
    chance, scores = Random(1), []
    for place, text in enumerate(texts):
        others = [texts[n] for n in chance.sample([n for n in range(len(texts)) if n != place], AGAINST)]
        scores.append(_bleu(words_of(text), [words_of(other) for other in others]))
    return sum(scores) / len(scores)


def report(name: str, texts: Sequence[str]) -> None:
    """One line of the table."""
    chance = Random(2)
    pairs = [chance.sample(texts, 2) for _ in range(4000)]
    exact = 1 - len(set(texts)) / len(texts)
    openings = 1 - len({opening(text) for text in texts}) / len(texts)
    print(
        f"{name:14} {distinct(texts, 1):10.3f} {distinct(texts, 2):10.3f} {self_bleu(texts):10.3f} "
        f"{sum(alike(a, b) for a, b in pairs) / len(pairs):10.4f} {exact:9.1%} {openings:9.1%}"
    )


def main(posts: int = 200) -> None:
    """Print the table, and times."""
    print(f"{posts} posts        distinct-1 distinct-2  self-BLEU  trigrams=  copies  openings=")
    report("naive template", [naive(brief, n) for n, brief in enumerate(briefs(posts, "en"))])
    writer, times, refused = LocalWriter(), [], 0
    for language in LANGUAGES:
        texts = []
        for brief in briefs(posts, language):
            started = time.process_time()
            writing = writer.write(brief)
            times.append(time.process_time() - started)
            facts = facts_of(brief, writing)
            refused += sum(check(made, facts).verdict != "ok" for made in writing.compliments)
            texts += [made.text for made in writing.compliments]
        report(f"writer, {language}", texts)
    first = sorted(times[:posts])
    later = sorted(times[posts:])
    print(f"one compliment: {first[len(first) // 2] * 1000:.0f} ms with a new picture of 480 pixels,", end=" ")
    print(f"{later[len(later) // 2] * 1000:.1f} ms with a known one; refused by the guard: {refused}")
    look(drawn(1, 1080))
    taken = []
    for number in range(20):
        data = drawn(number + 1000, 1080)
        started = time.process_time()
        look(data)
        taken.append(time.process_time() - started)
    print(
        f"a scene of 1080 pixels: {sorted(taken)[10] * 1000:.0f} ms at the median, {max(taken) * 1000:.0f} ms at most"
    )


def _grams(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(words[n : n + size]) for n in range(len(words) - size + 1)]


def _bleu(words: Sequence[str], others: Sequence[Sequence[str]]) -> float:
    logs = 0.0
    for size in range(1, 5):
        counts = Counter(_grams(words, size))
        best: Counter[tuple[str, ...]] = Counter()
        for other in others:
            best |= Counter(_grams(other, size))
        hits = sum(min(count, best[gram]) for gram, count in counts.items())
        total = sum(counts.values())
        logs += math.log((hits + (size > 1)) / (total + (size > 1))) if hits or size > 1 else math.log(1e-9)
    nearest = min((abs(len(other) - len(words)), len(other)) for other in others)[1]
    short = math.exp(min(0.0, 1 - nearest / max(1, len(words))))
    return short * math.exp(logs / 4)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
