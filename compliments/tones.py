"""Tone percents as bars."""

from collections.abc import Mapping
from dataclasses import dataclass

from aura.providers.writer_ports import TONES


@dataclass(frozen=True, slots=True)
class ToneBar:
    """One tone of a text: its percent, and where its part of the bar begins (percent)."""

    name: str
    percent: int
    start: int


def bars(tones: Mapping[str, int]) -> list[ToneBar]:
    """The tones of a text, strongest first, one beside the other; unknown names and empty parts are left out.

    >>> bars({"warm": 70, "calm": 30})
    [ToneBar(name='warm', percent=70, start=0), ToneBar(name='calm', percent=30, start=70)]
    """
    known = [(name, int(tones[name])) for name in TONES if int(tones.get(name, 0)) > 0]
    found: list[ToneBar] = []
    start = 0
    for name, percent in sorted(known, key=lambda one: -one[1]):
        found.append(ToneBar(name, percent, start))
        start += percent
    return found
