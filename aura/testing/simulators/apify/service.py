"""Apify's API as far as Aura uses it, and strict about it (wire: apify-client 3.4)."""

import re
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from threading import Timer
from typing import Any

from aura.testing.simulators.apify.actors import Actor, actor_of
from aura.testing.simulators.apify.hooks import Delivery, deliver, read_hooks
from aura.testing.simulators.apify.items import stamp
from aura.testing.simulators.apify.runs import ENDED, Outcome, Run
from aura.testing.simulators.pictures import Pictures
from aura.testing.simulators.server import Answer, Asked, Simulator
from aura.testing.simulators.world import World

ACTOR = r"/v2/(?:actors|acts)/([\w.~-]+)"
RUN = r"/v2/actor-runs/(\w+)"
START_KEYS = "build maxItems maxTotalChargeUsd memory timeout waitForFinish webhooks restartOnError"
ITEM_KEYS = "offset limit clean desc fields omit skipEmpty skipHidden format"
NO_LIMIT = 999_999_999_999
MOST_WAIT = 60.0
TOKEN = "apify_api_simulatedTOKEN0000000001"


def error(status: int, kind: str, message: str) -> Answer:
    """An error as Apify words it."""
    return Answer.json({"error": {"type": kind, "message": message}}, status)


def missing(what: str = "Record") -> Answer:
    """404."""
    return error(404, "record-not-found", f"{what} was not found")


class ApifySimulator(Simulator):
    """``with ApifySimulator(world, token="…") as apify: apify.url`` …

    A run ends with the look number ``looks`` or, where ``seconds`` is set, after that time. ``outcomes`` are those of
    the next runs, in order. ``lag`` looks at a new run find nothing. ``credit`` is what the account may still spend,
    ``builds`` what ``build`` may name, ``room`` how many runs may go on at once.
    """

    def __init__(
        self,
        world: World,
        *,
        token: str = TOKEN,
        looks: int = 2,
        seconds: float = 0.0,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.world = world
        self.token = token
        self.looks, self.seconds = looks, seconds
        self.pictures = Pictures(world, self.url)
        self.runs: dict[str, Run] = {}
        self.outcomes: deque[Outcome] = deque()
        self.deliveries: list[Delivery] = []
        self.lag = 0
        self.credit: Decimal | None = None
        self.room: int | None = None
        self.builds = {"latest", "beta", "0.0.36"}
        self.items_served = 0
        self._routes: list[tuple[str, re.Pattern[str], str, Callable[..., Answer]]] = [
            ("POST", re.compile(rf"{ACTOR}/runs"), START_KEYS, self._start),
            ("GET", re.compile(rf"{ACTOR}/runs"), "offset limit desc status startedAfter startedBefore", self._list),
            ("GET", re.compile(ACTOR), "", self._actor),
            ("GET", re.compile(RUN), "waitForFinish", self._look),
            ("POST", re.compile(rf"{RUN}/abort"), "gracefully", self._abort),
            ("GET", re.compile(r"/v2/datasets/(\w+)/items"), ITEM_KEYS, self._items),
            ("GET", re.compile(r"/v2/key-value-stores/(\w+)/records/INPUT"), "attachment signature", self._input),
        ]

    @property
    def started_runs(self) -> int:
        """How many runs there are, and so were paid for."""
        with self.lock:
            return len(self.runs)

    @property
    def charged(self) -> Decimal:
        """What all runs cost so far, in US dollars."""
        with self.lock:
            return sum((run.charged for run in self.runs.values()), Decimal(0))

    def answer(self, asked: Asked) -> Answer:
        """What Apify says, or the server of the pictures."""
        if asked.path.startswith("/pictures/"):
            return self.pictures.answer(asked)
        if "token" in asked.query:
            self.complain("The token must not be in the address: it would stand in logs.")
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            words = "User was not found or authentication token is not valid"
            return error(401, "user-or-token-not-found", words)
        for method, form, keys, handler in self._routes:
            found = form.fullmatch(asked.path)
            if found and method == asked.method:
                strange = set(asked.query) - set(keys.split()) - {"token"}
                if strange:
                    self.complain(f"{method} {asked.path} does not take {', '.join(sorted(strange))}")
                with self.lock:
                    return handler(asked, *found.groups())
        self.complain(f"There is no {asked.method} {asked.path}")
        return error(404, "page-not-found", "We have bad news: there is no API endpoint at this URL.")

    def _actor(self, asked: Asked, name: str) -> Answer:
        actor = actor_of(name)
        if actor is None:
            return missing("Actor")
        user, _, title = actor.name.partition("/")
        return Answer.json({"data": {"id": actor.id, "name": title, "username": user}})

    def _start(self, asked: Asked, name: str) -> Answer:
        actor = actor_of(name)
        refused = self._refused(actor, asked)
        if actor is None or refused:
            return refused or missing("Actor")
        hooks, strange = read_hooks(asked.query["webhooks"]) if "webhooks" in asked.query else ([], [])
        sent = asked.json()
        for words in strange + actor.unknown(sent):
            self.complain(f"{actor.name} does not understand {words}")
        run = Run(
            actor,
            sent,
            list(actor.bring(self.world, self.pictures, sent)),
            self.outcomes.popleft() if self.outcomes else Outcome(),
            self.looks,
            self.seconds,
            _options(asked),
            hooks,
            hidden=self.lag,
        )
        self.runs[run.id] = run
        self._tell(run, "CREATED")
        if self.seconds:
            timer = Timer(self.seconds + 0.01, self._advance, (run,), {"look": False})
            timer.daemon = True
            timer.start()
        return Answer.json({"data": run.data()}, 201)

    def _refused(self, actor: Actor | None, asked: Asked) -> Answer | None:
        if actor is None:
            return missing("Actor")
        if not asked.headers.get("content-type", "").startswith("application/json"):
            return error(400, "invalid-content-type-header", "The input must be JSON")
        if asked.query.get("build", "latest") not in self.builds:
            return error(404, "unknown-build-tag", f'Build with tag "{asked.query["build"]}" was not found')
        for key in ("maxItems", "maxTotalChargeUsd", "memory", "timeout", "waitForFinish"):
            if not _positive(asked.query.get(key, "1"), whole=key != "maxTotalChargeUsd"):
                return error(400, "invalid-parameter", f"{key} must be a number greater than 0")
        if self.credit is not None and self.charged >= self.credit:
            words = "By launching this job you will exceed the remaining usage of your plan"
            return error(402, "not-enough-usage-to-run-paid-actor", words)
        if self.room is not None and sum(run.status not in ENDED for run in self.runs.values()) >= self.room:
            return error(402, "actor-memory-limit-exceeded", "You would exceed the memory limit of your account")
        words = actor.refusal(asked.json())
        return error(400, "invalid-input", words) if words else None

    def _list(self, asked: Asked, name: str) -> Answer:
        actor = actor_of(name)
        if actor is None:
            return missing("Actor")
        since = asked.query.get("startedAfter", "1970-01-01T00:00:00Z")
        from_then = datetime.fromisoformat(since).timestamp()
        found = [run for run in self.runs.values() if run.actor is actor and run.started >= from_then]
        found.sort(key=lambda run: run.started, reverse=asked.query.get("desc") == "true")
        offset, limit = int(asked.query.get("offset", 0)), min(int(asked.query.get("limit", 1000)), 1000)
        page = [run.listed() for run in found[offset : offset + limit]]
        about = {"total": len(found), "offset": offset, "limit": limit, "desc": "desc" in asked.query}
        return Answer.json({"data": {**about, "count": len(page), "items": page}})

    def _look(self, asked: Asked, key: str) -> Answer:
        run = self.runs.get(key)
        if run is None:
            return missing("Actor run")
        if run.hidden:
            run.hidden -= 1
            return missing("Actor run")
        self._advance(run)
        ends = time.time() + min(float(asked.query.get("waitForFinish", 0)), MOST_WAIT)
        while run.seconds and run.status not in ENDED and time.time() < ends:
            self.lock.release()
            time.sleep(0.02)
            self.lock.acquire()
            self._advance(run, look=False)
        return Answer.json({"data": run.data()})

    def _abort(self, asked: Asked, key: str) -> Answer:
        run = self.runs.get(key)
        if run is None:
            return missing("Actor run")
        if asked.query.get("gracefully", "false") not in ("true", "false"):
            self.complain("gracefully is true or false")
        if run.status in ENDED:
            return error(400, "job-finished", "The job has already finished")
        run.abort()
        return Answer.json({"data": run.data()})

    def _items(self, asked: Asked, key: str) -> Answer:
        run = next((run for run in self.runs.values() if run.dataset == key), None)
        if run is None:
            return missing("Dataset")
        rows = run.items
        if "limit" not in asked.query:
            self.complain("All items of a data set were asked for at once")
        offset, limit = int(asked.query.get("offset", 0)), int(asked.query.get("limit", NO_LIMIT))
        scanned = rows[offset : offset + limit]
        page = [row for row in scanned if row] if asked.query.get("clean") == "true" else scanned
        self.items_served += len(page)
        about = {"Total": len(rows), "Offset": offset, "Count": len(scanned), "Limit": limit, "Desc": "false"}
        return Answer.json(page, headers={f"X-Apify-Pagination-{name}": str(value) for name, value in about.items()})

    def _input(self, asked: Asked, key: str) -> Answer:
        run = next((run for run in self.runs.values() if run.store == key), None)
        return missing() if run is None else Answer.json(run.sent)

    def _advance(self, run: Run, *, look: bool = True) -> None:
        with self.lock:
            if run.advance(look=look):
                self._tell(run, run.status.replace("-", "_"))

    def _tell(self, run: Run, what: str) -> None:
        event = f"ACTOR.RUN.{what}"
        about = {
            "userId": "7sT5jcggjjA9fNcxF",
            "createdAt": stamp(datetime.now(UTC)),
            "eventType": event,
            "eventData": {"actorId": run.actor.id, "actorRunId": run.id},
            "resource": run.data(),
        }
        for hook in run.webhooks:
            if event in hook["eventTypes"]:
                deliver(hook, event, about, self.deliveries.append)


def _positive(value: str, *, whole: bool) -> bool:
    try:
        return (Decimal(int(value)) if whole else Decimal(value)) > 0
    except (ValueError, InvalidOperation):
        return False


def _options(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {"build": asked.query.get("build", "latest")}
    if "maxItems" in asked.query:
        found["maxItems"] = int(asked.query["maxItems"])
    if "maxTotalChargeUsd" in asked.query:
        found["maxTotalChargeUsd"] = float(asked.query["maxTotalChargeUsd"])
    return found
