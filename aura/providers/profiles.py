"""What a language model is told: words and a schema that a feature hands to an adapter. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Prompt:
    """``system`` are the instructions; ``schema`` is the JSON schema of the whole answer, an object with one list.

    ``version`` is stored with each reading and changes with any of the two.
    """

    version: str
    system: str
    schema: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """The name of the answer's list."""
        return str(next(iter(self.schema["properties"])))

    @property
    def letters(self) -> int:
        """Length of everything that goes with each request."""
        return len(self.system) + len(str(self.schema))


@dataclass(frozen=True, slots=True)
class ProfilePrompt(Prompt):
    """How profiles are read; the answer's list is ``profiles``."""


@dataclass(frozen=True, slots=True)
class CommentPrompt(Prompt):
    """How comments are read; the answer's list is ``comments``."""
