"""Replicate's API as far as Aura uses it, and strict about it (wire: replicate 1.0.7)."""

import re
import time
from collections import deque
from collections.abc import Callable
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from aura.testing.simulators.drawings import TYPES
from aura.testing.simulators.replicate import faults
from aura.testing.simulators.replicate.hooks import EVENTS, Delivery, deliver
from aura.testing.simulators.replicate.predictions import ENDED, NSFW, Outcome, Prediction
from aura.testing.simulators.replicate.schemas import BY_VERSION, MODELS, Model
from aura.testing.simulators.server import Answer, Asked, Fault, Simulator

TOKEN = "r8_simulatedTOKEN00000000000000000000001"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NAME = r"([\w.-]+)/([\w.-]+)"
BODY = {"input", "webhook", "webhook_events_filter", "stream"}
PAGE = 100
HOUR = 3600.0


class ReplicateSimulator(Simulator):
    """``with ReplicateSimulator() as replicate: replicate.url`` …

    A prediction ends with the look number ``looks`` or, where ``seconds`` is set, after that time. ``outcomes`` are
    those of the next predictions, in order. ``shows_webhooks`` and ``shows_inputs`` say what a list tells. Output files
    are there for ``keeps`` seconds.
    """

    def __init__(
        self, *, token: str = TOKEN, looks: int = 2, seconds: float = 0.0, keeps: float = HOUR, port: int = 0
    ) -> None:
        super().__init__(port)
        self.token, self.looks, self.seconds, self.keeps = token, looks, seconds, keeps
        self.secret = SECRET
        self.predictions: dict[str, Prediction] = {}
        self.outcomes: deque[Outcome] = deque()
        self.deliveries: list[Delivery] = []
        self.credit: int | None = None
        self.shows_webhooks = self.shows_inputs = True
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            ("GET", re.compile(r"/v1/account"), self._account),
            ("GET", re.compile(rf"/v1/models/{NAME}"), self._model),
            ("GET", re.compile(rf"/v1/models/{NAME}/versions/(\w+)"), self._version),
            ("POST", re.compile(rf"/v1/models/{NAME}/predictions"), self._create_official),
            ("POST", re.compile(r"/v1/predictions"), self._create),
            ("GET", re.compile(r"/v1/predictions"), self._list),
            ("GET", re.compile(r"/v1/predictions/(\w+)"), self._look),
            ("POST", re.compile(r"/v1/predictions/(\w+)/cancel"), self._cancel),
            ("GET", re.compile(r"/v1/webhooks/default/secret"), self._secret),
        ]

    @property
    def started_predictions(self) -> int:
        """How many there are, and so were paid for."""
        with self.lock:
            return len(self.predictions)

    def answer(self, asked: Asked) -> Answer:
        """What Replicate says, or the server of the outputs."""
        if asked.path.startswith("/files/"):
            return self._file(asked)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return faults.unauthenticated()
        for method, form, handler in self._routes:
            found = form.fullmatch(asked.path)
            if found and method == asked.method:
                with self.lock:
                    return handler(asked, *found.groups())
        self.complain(f"There is no {asked.method} {asked.path}")
        return faults.missing()

    def losing(self) -> Fault:
        """A fault: the prediction is started, and the answer does not come."""

        def fault(asked: Asked) -> Answer:
            self.answer(asked)
            return Answer(0)

        return fault

    def fail_next(self, error: str = NSFW) -> None:
        """The next prediction fails."""
        self.outcomes.append(Outcome("failed", error))

    def expire(self) -> None:
        """An hour has passed since all predictions ended."""
        with self.lock:
            for one in self.predictions.values():
                one.ended = min(one.ended, time.time() - self.keeps - 1) if one.ended else 0.0

    def _account(self, asked: Asked) -> Answer:
        return Answer.json({"type": "user", "username": "simulated", "name": "Simulated", "github_url": ""})

    def _model(self, asked: Asked, owner: str, name: str) -> Answer:
        model = MODELS.get(f"{owner}/{name}")
        return Answer.json(model.document()) if model else faults.missing()

    def _version(self, asked: Asked, owner: str, name: str, version: str) -> Answer:
        model = MODELS.get(f"{owner}/{name}")
        known = model is not None and model.version == version
        return Answer.json(model.document()["latest_version"]) if model and known else faults.missing()

    def _create_official(self, asked: Asked, owner: str, name: str) -> Answer:
        model = MODELS.get(f"{owner}/{name}")
        return self._started(asked, model, BODY) if model else faults.missing()

    def _create(self, asked: Asked) -> Answer:
        model = BY_VERSION.get(str((asked.json() or {}).get("version")))
        if model is None:
            return faults.invalid("- version: Invalid version or not permitted")
        return self._started(asked, model, BODY | {"version"}, by_version=True)

    def _started(self, asked: Asked, model: Model, known: set[str], *, by_version: bool = False) -> Answer:
        body = asked.json()
        if "prefer" in asked.headers:
            self.complain("Prefer: wait holds a worker for nothing")
        for name in set(body) - known:
            self.complain(f"a prediction does not take {name}")
        if self.credit is not None and len(self.predictions) >= self.credit:
            return faults.no_credit()
        problems = [*model.problems(body.get("input", {})), *self._hook_problems(body)]
        if problems:
            return faults.invalid(*problems)
        outcome = self.outcomes.popleft() if self.outcomes else Outcome()
        made = Prediction(
            model, body["input"], outcome, self.looks, self.seconds, self.url, body.get("webhook", ""), by_version
        )
        self.predictions[made.id] = made
        if self.seconds:
            timer = Timer(self.seconds + 0.01, self._advance, (made,), {"look": False})
            timer.daemon = True
            timer.start()
        return Answer.json(made.data(), 201)

    def _hook_problems(self, body: dict[str, Any]) -> list[str]:
        url = body.get("webhook")
        if url is None:
            return ["- webhook_events_filter: there is no webhook"] if "webhook_events_filter" in body else []
        parts = urlsplit(str(url))
        found = []
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            found.append("- webhook: must be a valid HTTPS URL")
        if not set(body.get("webhook_events_filter", EVENTS)) <= EVENTS:
            found.append("- webhook_events_filter: unknown event")
        return found

    def _list(self, asked: Asked) -> Answer:
        rows = sorted(self.predictions.values(), key=lambda one: one.started, reverse=True)
        start = int(asked.query.get("cursor", "0"))
        page = [self._listed(one) for one in rows[start : start + PAGE]]
        more = start + PAGE < len(rows)
        following = f"https://api.replicate.com/v1/predictions?cursor={start + PAGE}" if more else None
        return Answer.json({"previous": None, "next": following, "results": page})

    def _listed(self, one: Prediction) -> dict[str, Any]:
        shown = one.data(listed=True)
        if not self.shows_webhooks:
            shown.pop("webhook", None)
        if not self.shows_inputs:
            del shown["input"]
        return shown

    def _look(self, asked: Asked, key: str) -> Answer:
        found = self.predictions.get(key)
        if found is None:
            return faults.missing()
        self._advance(found)
        return Answer.json(found.data())

    def _cancel(self, asked: Asked, key: str) -> Answer:
        found = self.predictions.get(key)
        if found is None:
            return faults.missing()
        if found.status not in ENDED:
            found.end("canceled")
            self._tell(found)
        return Answer.json(found.data())

    def _secret(self, asked: Asked) -> Answer:
        return Answer.json({"key": self.secret})

    def _file(self, asked: Asked) -> Answer:
        if "authorization" in asked.headers:
            self.complain("The token must not go to the server of the outputs")
        found = re.fullmatch(r"/files/(\w+)/out-(\d)\.(\w+)", asked.path)
        with self.lock:
            made = self.predictions.get(found[1]) if found else None
        if found is None or made is None or int(found[2]) >= made.count:
            return Answer(404, b"Not Found")
        if time.time() - made.ended > self.keeps:
            return Answer(404, b"Not Found")
        return Answer(200, made.picture(int(found[2])), {"Content-Type": TYPES[made.kind]})

    def _advance(self, made: Prediction, *, look: bool = True) -> None:
        with self.lock:
            if made.advance(look=look):
                self._tell(made)

    def _tell(self, made: Prediction) -> None:
        if made.webhook:
            deliver(made.webhook, f"msg_{made.id}", made.data(), self.secret, self.deliveries.append)
