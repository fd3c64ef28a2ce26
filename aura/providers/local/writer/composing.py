"""One compliment out of the tables: which facts, in which order, in whose words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from aura.providers.local.scenes import Fact
from aura.providers.local.writer.lexicon import Noun, Tables, Topic
from aura.providers.local.writer.sentences import coloured, filled, joined, sentence
from aura.providers.local.writer.tones import percents
from aura.providers.writer_ports import Compliment, Reference

PEOPLE: Final = frozenset({"portrait", "person", "two_people", "group"})
MOST_WORDS: Final = 8
"""Words of a minimal compliment."""
# What the sentences of a text are, one kind drawn by chance; a topic where the caption names none is left out.
PLANS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "short": (("praise",), ("praise",), ("praise",), ("topic",)),
    "medium": (
        ("open", "praise"),
        ("praise", "close"),
        ("praise", "praise"),
        ("duo", "close"),
        ("open", "duo"),
        ("topic", "praise"),
        ("praise", "topic"),
        ("open", "topic", "praise"),
    ),
    "long": (
        ("open", "praise", "duo", "close"),
        ("praise", "praise", "topic", "close"),
        ("open", "praise", "praise", "topic", "close"),
        ("topic", "praise", "duo", "close"),
        ("open", "duo", "praise", "close"),
        ("praise", "duo", "topic", "close"),
    ),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact of a picture, with the names of its colours in the language of the text."""

    image: int
    fact: Fact
    colours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What may be spoken of. ``to_nobody`` keeps to praise of the picture."""

    seen: tuple[Seen, ...]
    topics: tuple[Topic, ...]
    pictures: int
    to_nobody: bool


@dataclass(slots=True)
class _Draft:
    chance: Random
    parts: list[str] = field(default_factory=list)
    clauses: list[tuple[str, str, int]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    spoken: set[tuple[int, str]] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    """Templates and nouns, none of which comes twice in a text."""


class Composer:
    """Composes texts of one brief. :meth:`use` tells it which were taken, so that others speak of something else."""

    def __init__(self, tables: Tables, style: str, length: str, material: Material) -> None:
        self._tables, self._style, self._material = tables, style, material
        self._length = length if length in PLANS else "medium"
        self._used: Counter[str] = Counter()

    def compose(self, chance: Random) -> Compliment:
        """A text by chance."""
        draft = _Draft(chance)
        if self._style == "minimal":
            self._say_minimal(draft)
        else:
            for kind in self._plan(chance):
                self._say(kind, draft)
        text = joined(draft.parts)
        return Compliment(text, percents(draft.clauses), tuple(draft.references))

    def use(self, compliment: Compliment) -> None:
        """Remember what a text spoke of."""
        self._used.update(one.what for one in compliment.references)

    def _plan(self, chance: Random) -> tuple[str, ...]:
        plan = chance.choice(PLANS[self._length])
        if self._material.topics and "topic" not in plan and self._length != "short" and chance.random() < 0.4:
            plan = (*plan[:-1], "topic", plan[-1])
        kept = tuple(kind for kind in plan if kind != "topic" or self._material.topics)
        if not any(kind in {"praise", "duo"} for kind in kept) and self._length != "short":
            kept = (*kept, "praise")
        return kept or ("praise",)

    def _say(self, kind: str, draft: _Draft) -> None:
        if kind == "duo":
            first, second = self._thing(draft), self._thing(draft)
            line = self._line("duo any", draft)
            if first and second and line and first[1].text != second[1].text:
                self._add(draft, line, first, second, style="any")
                return
            kind = "praise"
        if kind == "topic":
            topic = draft.chance.choice(self._material.topics)
            line = self._line(f"topic {self._style}", draft)
            draft.references.append(Reference(0, topic.text))
            self._put(draft, filled(line, topic=topic.text), "")
        elif kind == "praise":
            self._add(draft, self._line(f"praise {self._style}", draft), self._thing(draft))
        else:
            self._put(draft, self._line(f"{kind} {self._style}", draft), "")

    def _say_minimal(self, draft: _Draft) -> None:
        thing = self._thing(draft)
        noun = thing[1] if thing else None
        lines = [filled(line, noun) for line in self._tables.lines_of("minimal", to_nobody=self._material.to_nobody)]
        short = [line for line in lines if len(line.split()) <= MOST_WORDS] or [min(lines, key=len)]
        if thing:
            draft.references.append(Reference(thing[0].image, thing[1].text))
        self._put(draft, draft.chance.choice(short), thing[0].fact.code if thing else "")

    def _line(self, section: str, draft: _Draft) -> str:
        lines = self._tables.lines_of(section, to_nobody=self._material.to_nobody)
        fresh = [line for line in lines if line not in draft.said] or list(lines)
        line = draft.chance.choice(fresh) if fresh else ""
        draft.said.add(line)
        return line

    def _thing(self, draft: _Draft) -> tuple[Seen, Noun] | None:
        """A fact that this text has not spoken of, by strength, rather one that no other text spoke of."""
        free = [one for one in self._material.seen if (one.image, one.fact.code) not in draft.spoken]
        fresh = [one for one in free if one.fact.code not in {code for _, code in draft.spoken}]
        free = fresh or free or list(self._material.seen)
        nouns = list(self._tables.things_of("calm", to_nobody=True))
        if not free:
            nouns = [noun for noun in nouns if noun.text not in draft.said] or list(nouns)
            return Seen(1, Fact("calm", 0.1), ()), draft.chance.choice(nouns)
        weights = [one.fact.strength**2 / (1 + 2 * self._uses(one)) for one in free]
        chosen = draft.chance.choices(free, weights)[0]
        draft.spoken.add((chosen.image, chosen.fact.code))
        things = self._tables.things_of(chosen.fact.code, to_nobody=self._material.to_nobody)
        nouns = [coloured(noun, chosen.colours) for noun in things]
        noun = draft.chance.choice([one for one in nouns if one.text not in draft.said] or nouns)
        draft.said.add(noun.text)
        return chosen, noun

    def _uses(self, seen: Seen) -> int:
        nouns = self._tables.things_of(seen.fact.code)
        return sum(self._used[coloured(noun, seen.colours).text] for noun in nouns)

    def _add(
        self,
        draft: _Draft,
        line: str,
        first: tuple[Seen, Noun] | None,
        second: tuple[Seen, Noun] | None = None,
        style: str = "",
    ) -> None:
        if first is None:
            return
        things: Sequence[tuple[Seen, Noun]] = [first, second] if second else [first]
        for seen, noun in things:
            draft.references.append(Reference(seen.image, noun.text))
        nouns = [self._placed(seen, noun, draft) for seen, noun in things]
        self._put(draft, filled(line, nouns[0], nouns[1] if second else None), first[0].fact.code, style)

    def _placed(self, seen: Seen, noun: Noun, draft: _Draft) -> Noun:
        """With the words for its picture, where there are several, in some of the texts."""
        if self._material.pictures < 2 or draft.chance.random() < 0.35 or len(draft.parts) > 1:
            return noun
        ordinals = dict(enumerate(self._tables.ordinals, 1))
        forms = [line for line in self._tables.lines["where"] if "{o}" not in line or seen.image in ordinals]
        where = draft.chance.choice(forms).replace("{n}", str(seen.image))
        return Noun(f"{noun.text} {where.replace('{o}', ordinals.get(seen.image, ''))}", noun.plural)

    def _put(self, draft: _Draft, text: str, fact: str, style: str = "") -> None:
        if text:
            draft.parts.append(sentence(text))
            words = len(text.split())
            # Words that all styles share sound like the style that they stand in, too.
            draft.clauses.append((self._style, fact, words if not style else (words + 1) // 2))
            if style:
                draft.clauses.append((style, fact, words // 2))
