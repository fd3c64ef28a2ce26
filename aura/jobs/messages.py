"""What clients of the progress socket say, checked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from aura.jobs.states import Wish

MAX_SUBJECT = 60


class BadMessage(ValueError):
    """The message is not understood; ``code`` goes back to the client."""

    def __init__(self, code: str = "invalid_message") -> None:
        super().__init__(code)
        self.code = code


def parse_wish(message: Mapping[str, Any]) -> Wish:
    """What a subscribe or unsubscribe message is about. Raises :class:`BadMessage`."""
    if message.get("job") is not None:
        return Wish(job=_uuid(message["job"]))
    if message.get("subject") is not None:
        subject = message["subject"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or "\0" in subject:
            raise BadMessage
        return Wish(subject=subject)
    if message.get("all") is True:
        return Wish(since=_time(message.get("since")))
    raise BadMessage


def wish_name(wish: Wish) -> dict[str, Any]:
    """How a wish is named in answers: ``{"job": …}``, ``{"subject": …}`` or ``{"all": true}``."""
    if wish.job:
        return {"job": str(wish.job)}
    return {"subject": wish.subject} if wish.subject else {"all": True}


def wishes_of_query(query: Mapping[str, list[str]]) -> list[Wish]:
    """What ``?job=…&subject=…&all=1&since=…`` asks for at the opening; what is not understood is left out."""
    given: list[dict[str, Any]] = [{"job": value} for value in query.get("job", [])]
    given += [{"subject": value} for value in query.get("subject", [])]
    if query.get("all", [""])[0] in {"1", "true"}:
        given.append({"all": True, "since": query.get("since", [None])[0]})
    found = []
    for each in given:
        try:
            found.append(parse_wish(each))
        except BadMessage:
            continue
    return found


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise BadMessage from None


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadMessage
    return found
