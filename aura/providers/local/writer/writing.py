"""The port ``Writer`` without a cloud: scenes in, sentences out."""

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from random import Random
from typing import Final

from aura.providers.local.minors import choose_style, minor_in_scenes, minor_in_words
from aura.providers.local.scenes import Scene, look
from aura.providers.local.writer.composing import PEOPLE, Composer, Material, Seen
from aura.providers.local.writer.lexicon import LANGUAGES, tables
from aura.providers.local.writer.likeness import MOST_ALIKE, most_alike, opening
from aura.providers.local.writer.sentences import coloured
from aura.providers.local.writer.topics import topic_codes, topics_in
from aura.providers.writer_ports import MOST_VARIATIONS, STYLES, Brief, Compliment, Picture, Writing

REMEMBERED: Final = 500
"""Scenes kept in memory; one takes about 3 kB."""
TRIES: Final = 60
SEEN: Final = 5
FALLBACK: Final = "language_fallback"
FEWER: Final = "fewer_variations"
NOTHING_SEEN: Final = "picture_unreadable"


class LocalWriter:
    """Writes about what it measures in the pictures; see ``docs/compliments.md``. Free, offline, the same by seed."""

    name = "local:writer"
    version = "1"
    prompt_version = "1"
    paid = False

    def __init__(self) -> None:
        self._scenes: OrderedDict[str, Scene] = OrderedDict()
        self._guard = threading.Lock()
        self._owner = os.getpid()

    def write(self, brief: Brief) -> Writing:
        """See ``Writer.write``. Languages other than :data:`LANGUAGES` are written in English, with a note.

        Any two texts, and those of ``brief.avoid``, share at most 20 % of their word trigrams; where the grammar has
        no more that differ so much there are fewer (``fewer_variations``).
        """
        language = brief.language.lower().partition("-")[0]
        notes = [] if language in LANGUAGES else [FALLBACK]
        language = language if language in LANGUAGES else "en"
        scenes = {picture.number: self.scene(picture) for picture in brief.pictures}
        words = (brief.caption, " ".join(f"#{tag.lstrip('#')}" for tag in brief.hashtags))
        minor = minor_in_scenes(scenes.values()) or minor_in_words(*words, *(one.alt for one in brief.pictures))
        asked = brief.style if brief.style in STYLES else "supportive"
        style, said = choose_style(asked, minor)
        notes += said
        if not any(scene.readable for scene in scenes.values()):
            notes.append(NOTHING_SEEN)
        material = _material(brief, scenes, language, to_nobody=minor)
        wanted = max(1, min(brief.variations, MOST_VARIATIONS))
        texts = _variations(Composer(tables(language), style, brief.length, material), brief, wanted)
        if len(texts) < wanted:
            notes.append(FEWER)
        return Writing(
            compliments=texts,
            style=style,
            seen={number: _in_words(scene, language, to_nobody=minor) for number, scene in scenes.items()},
            possible_minor=minor,
            people=sum(len(scene.faces) for scene in scenes.values()),
            notes=tuple(notes),
            model_version=self.version,
        )

    def scene(self, picture: Picture) -> Scene:
        """What is in a picture; remembered by its key."""
        self._free_after_fork()
        with self._guard:
            known = self._scenes.get(picture.key) if picture.key else None
        if known is not None:
            return known
        found = look(picture.data)
        with self._guard:
            if picture.key:
                self._scenes[picture.key] = found
            while len(self._scenes) > REMEMBERED:
                self._scenes.popitem(last=False)
        return found

    def _free_after_fork(self) -> None:
        # Another thread may have held the lock when this process was forked off.
        if self._owner != os.getpid():
            self._guard, self._owner = threading.Lock(), os.getpid()


def _variations(composer: Composer, brief: Brief, wanted: int) -> tuple[Compliment, ...]:
    """As many texts as asked for that differ enough from each other and from ``brief.avoid``."""
    keys = "|".join(picture.key or str(len(picture.data)) for picture in brief.pictures)
    chance = Random(f"{brief.seed}|{keys}|{brief.style}|{brief.author}|{brief.caption}")  # noqa: S311
    found: list[Compliment] = []
    taken = list(brief.avoid)
    starts = {opening(text) for text in taken}
    for number in range(TRIES * wanted):
        if len(found) == wanted:
            break
        made = composer.compose(chance)
        # A repeated beginning is forgiven where the grammar is nearly used up, a repeated text never.
        if (opening(made.text) in starts and number < TRIES * wanted // 2) or most_alike(made.text, taken) > MOST_ALIKE:
            continue
        composer.use(made)
        found.append(made)
        taken.append(made.text)
        starts.add(opening(made.text))
    return tuple(found)


def _material(brief: Brief, scenes: Mapping[int, Scene], language: str, *, to_nobody: bool) -> Material:
    table = tables(language)
    seen = [
        Seen(number, fact, tuple(table.colours.get(name, name) for name in fact.colours))
        for number, scene in sorted(scenes.items())
        for fact in scene.facts
        if table.things_of(fact.code, to_nobody=to_nobody) and not (to_nobody and fact.code in PEOPLE)
    ]
    topics = topics_in(language, topic_codes(brief.caption, brief.hashtags))
    return Material(tuple(seen), topics, len(scenes), to_nobody)


def _in_words(scene: Scene, language: str, *, to_nobody: bool) -> str:
    """The strongest facts of a picture as a list of words."""
    table = tables(language)
    names = []
    for fact in scene.facts:
        if things := table.things_of(fact.code, to_nobody=to_nobody):
            colours = tuple(table.colours.get(name, name) for name in fact.colours)
            names.append(coloured(things[0], colours).text)
    return ", ".join(names[:SEEN])
