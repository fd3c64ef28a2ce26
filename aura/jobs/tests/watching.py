"""A client of the progress socket for tests: it speaks the real protocol to a real web process."""

import json
from contextlib import ExitStack
from time import monotonic
from typing import Any, Self, cast

from django.conf import settings
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.models import User
from aura.jobs.models import Job

SOON = 5.0


def token_of(user: User) -> str:
    """An access token of this person."""
    return str(AccessToken.for_user(user))


def cookie_of(user: User) -> str:
    """The Cookie header of a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Watcher:
    """An open socket. ``said`` holds all messages but heartbeats."""

    def __init__(self, site: str, query: str = "", *, cookie: str = "", origin: str = "", bearer: str = "") -> None:
        headers = {"Cookie": cookie} if cookie else {}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        url = f"{site.replace('http', 'ws', 1)}/ws/progress/?{query}"
        self._undo = ExitStack()
        opening = connect(url, additional_headers=headers, origin=cast(Any, origin or None), proxy=None)
        self._socket = self._undo.enter_context(opening)
        self.said: list[dict[str, Any]] = []
        self.heartbeats = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self._undo.close()

    def send(self, **message: Any) -> None:
        """Say something to the server."""
        self._socket.send(json.dumps(message))

    def send_raw(self, text: str) -> None:
        """Say something that need not be JSON."""
        self._socket.send(text)

    def hear(self, seconds: float = SOON) -> dict[str, Any]:
        """The next message. Raises TimeoutError."""
        until = monotonic() + seconds
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv(max(0.0, until - monotonic())))
            if message["type"] != "heartbeat":
                self.said.append(message)
                return message
            self.heartbeats += 1

    def hear_until(self, kind: str) -> dict[str, Any]:
        """Listen up to the next message of this type."""
        while (message := self.hear())["type"] != kind:
            pass
        return message

    def hear_status(self, job: Job, status: str, seconds: float = SOON) -> dict[str, Any]:
        """Listen until the job is said to be in this state; returns it."""
        until = monotonic() + seconds
        while True:
            message = self.hear(until - monotonic())
            if message["type"] == "job" and message["job"]["id"] == str(job.pk) and message["job"]["status"] == status:
                found: dict[str, Any] = message["job"]
                return found

    def is_silent(self, seconds: float = 0.6) -> bool:
        """True where nothing comes for a while."""
        try:
            self.hear(seconds)
        except TimeoutError:
            return True
        return False

    def close_code(self, seconds: float = SOON) -> int | None:
        """Listen until the server closes; returns its code."""
        until = monotonic() + seconds
        try:
            while True:
                self.hear(until - monotonic())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    @property
    def jobs(self) -> set[str]:
        """The ids of all jobs that were heard of."""
        return {each["job"]["id"] for each in self.said if each["type"] == "job"}


def by_token(site: str, user: User, query: str = "") -> Watcher:
    """A socket of an integrator."""
    return Watcher(site, f"token={token_of(user)}&{query}")
