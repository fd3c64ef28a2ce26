"""A run from READY to its end, by the clock or by how often it is looked at."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aura.testing.simulators.apify.actors import Actor
from aura.testing.simulators.apify.ids import new_id
from aura.testing.simulators.apify.items import Item, stamp

ENDED = ("SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED")
DATASET = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ends. ``share`` of its items are written before."""

    status: str = "SUCCEEDED"
    message: str = ""
    share: float = 1.0


@dataclass
class Run:
    """A run with what it will have written at its end.

    It is READY, then RUNNING, then ends: after ``seconds``, or where they are 0 with the look number ``looks``.
    """

    actor: Actor
    sent: Item
    all_items: list[Item]
    outcome: Outcome
    looks: int
    seconds: float
    options: dict[str, Any]
    webhooks: list[dict[str, Any]]
    hidden: int = 0
    id: str = field(default_factory=new_id)
    dataset: str = field(default_factory=new_id)
    store: str = field(default_factory=new_id)
    queue: str = field(default_factory=new_id)
    started: float = field(default_factory=time.time)
    looked: int = 0
    ended: float = 0.0
    status: str = "READY"
    cut: float | None = None

    @property
    def limit(self) -> int:
        """How many items the money is enough for."""
        most = self.options.get("maxTotalChargeUsd")
        return len(self.all_items) if most is None else int(Decimal(str(most)) / self.actor.price)

    @property
    def part(self) -> float:
        """How much of the work is done."""
        if self.cut is not None:
            return self.cut
        if self.status in ENDED:
            return self.outcome.share
        if self.seconds:
            return min(1.0, (time.time() - self.started) / self.seconds) * self.outcome.share
        return min(1.0, self.looked / self.looks) * self.outcome.share if self.looks else self.outcome.share

    @property
    def items(self) -> list[Item]:
        """What has been written so far."""
        return self.all_items[: min(self.limit, round(len(self.all_items) * self.part))]

    @property
    def charged(self) -> Decimal:
        """What it costs so far; ``maxItems`` bounds only this. Error items are not charged."""
        good = sum(1 for item in self.items if not item.get("error"))
        return self.actor.price * min(good, self.options.get("maxItems") or good) + DATASET

    def advance(self, *, look: bool = True) -> bool:
        """Go on by one look, or to now. Whether the run ended by this."""
        if self.status in ENDED:
            return False
        self.looked += look
        if self.cut is not None:
            return self._end("ABORTED")
        done = time.time() - self.started >= self.seconds if self.seconds else self.looked >= self.looks
        if done:
            return self._end(self.outcome.status)
        self.status = "RUNNING"
        return False

    def abort(self) -> None:
        """What is written so far is all there will be; the next look finds it ABORTED."""
        self.cut, self.status = self.part, "ABORTING"

    def _end(self, status: str) -> bool:
        self.status, self.ended = status, time.time()
        return True

    @property
    def message(self) -> str:
        """The status message."""
        if self.status == "SUCCEEDED" and self.limit < len(self.all_items):
            return "The run was stopped because the maximum cost per run was reached."
        return self.outcome.message if self.status in ENDED else f"Scraped {len(self.items)} items"

    def data(self) -> dict[str, Any]:
        """The run as Apify shows it."""
        options = {"build": "latest", "timeoutSecs": 300, "memoryMbytes": 1024, "diskMbytes": 2048, **self.options}
        return self.listed() | {
            "statusMessage": self.message,
            "isStatusMessageTerminal": self.status in ENDED,
            "stats": {"inputBodyLen": 240, "restartCount": 0, "resurrectCount": 0, "computeUnits": 0.0138},
            "options": options,
            "exitCode": (0 if self.status == "SUCCEEDED" else 1) if self.status in ENDED else None,
            "chargedEventCounts": {"result": len(self.items)},
        }

    def listed(self) -> dict[str, Any]:
        """The run as a list of runs shows it."""
        return {
            "id": self.id,
            "actId": self.actor.id,
            "userId": "7sT5jcggjjA9fNcxF",
            "startedAt": _time(self.started),
            "finishedAt": _time(self.ended) if self.ended else None,
            "status": self.status,
            "meta": {"origin": "API", "userAgent": "ApifyClient"},
            "buildId": "7sT5jcggjjA9fNcxE",
            "buildNumber": "0.0.36",
            "defaultKeyValueStoreId": self.store,
            "defaultDatasetId": self.dataset,
            "defaultRequestQueueId": self.queue,
            "usageTotalUsd": float(self.charged),
        }


def _time(seconds: float) -> str:
    return stamp(datetime.fromtimestamp(seconds, tz=UTC))
