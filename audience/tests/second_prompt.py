"""A second version of the prompt: the words of the first one, and a line by which a simulated model knows it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from audience.jobs import trials
from audience.prompts import PROMPTS
from audience.services import vision
from aura.testing.simulators.gemini.checks import plain
from aura.testing.simulators.server import Asked

LINE = "These are the words of version 2."
SECOND = replace(PROMPTS["1"], version="2", system=f"{PROMPTS['1'].system}{LINE}\n")


@contextmanager
def registered() -> Iterator[None]:
    """Let Aura come with both versions, the second one current."""
    known = MappingProxyType({**PROMPTS, "2": SECOND})
    with patch.object(vision, "PROMPTS", known), patch.object(trials, "CURRENT", SECOND):
        yield


def version_in(request: Mapping[str, Any]) -> str:
    """The version whose words a request (in camel case) holds."""
    parts = request["systemInstruction"]["parts"]
    return "2" if any(LINE in part["text"] for part in parts) else "1"


def version_of(asked: Asked) -> str:
    """The version whose words a request holds."""
    return version_in(plain(asked.json()))
