"""What a server turned out to be able to do, remembered for this process. Knows no SDK."""

from dataclasses import dataclass
from typing import Any, Final

from aura.providers.profiles import Prompt

FORMATS: Final = ("json_schema", "json_object", "plain")
"""How the answer's form is asked for, from the strictest to the one that every server takes."""


@dataclass(slots=True)
class Abilities:
    """``form`` is the place in ``FORMATS``; ``pictures`` the most in one request, None where no limit is known."""

    form: int = 0
    pictures: int | None = None
    tokens: str = "max_tokens"

    def lower(self, form: int) -> bool:
        """The server refused ``form``. True where there is a plainer one."""
        self.form = max(self.form, min(form + 1, len(FORMATS) - 1))
        return form + 1 < len(FORMATS)

    def fewer(self, pictures: int) -> None:
        """The server refused so many pictures at once."""
        most = max(1, pictures // 2)
        self.pictures = most if self.pictures is None else min(self.pictures, most)

    def other_name(self) -> None:
        """The server calls the limit on the answer's length by its other name."""
        self.tokens = "max_completion_tokens" if self.tokens == "max_tokens" else "max_tokens"


_known: dict[tuple[str, str], Abilities] = {}


def abilities_of(url: str, model: str) -> Abilities:
    """What is known of the model at that address. OpenAI itself has the newer name of the limit."""
    tokens = "max_completion_tokens" if "://api.openai.com/" in f"{url}/" else "max_tokens"
    return _known.setdefault((url, model), Abilities(tokens=tokens))


def form_of(form: int, prompt: Prompt) -> dict[str, Any]:
    """The arguments that ask for the answer's form."""
    match FORMATS[form]:
        case "json_schema":
            described = {"name": prompt.subject, "strict": True, "schema": dict(prompt.schema)}
            return {"response_format": {"type": "json_schema", "json_schema": described}}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
    return {}
