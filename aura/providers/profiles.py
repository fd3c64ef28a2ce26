"""What a language model is told about reading profiles: words and a schema that a feature hands to an adapter. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Instructions(Protocol):
    """What any model is told that answers in JSON: our words, and the JSON schema of the whole answer."""

    @property
    def system(self) -> str:
        """The instructions."""
        ...

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema."""
        ...


@dataclass(frozen=True, slots=True)
class ProfilePrompt:
    """``system`` are the instructions; ``schema`` is the JSON schema of the whole answer, an object with ``profiles``.

    ``version`` is stored with each reading and changes with any of the two.
    """

    version: str
    system: str
    schema: Mapping[str, Any]
