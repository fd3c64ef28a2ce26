"""Predictions of the simulated Replicate: starting, processing, and an end."""

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aura.testing.simulators.drawings import drawing, sized
from aura.testing.simulators.replicate.schemas import Model

ENDED = {"succeeded", "failed", "canceled", "aborted"}
NSFW = "NSFW content detected. Try running it again, or try a different prompt. (E005)"
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a prediction ends; ``error`` is what the model writes where it fails. ``empty`` makes no output."""

    status: str = "succeeded"
    error: str = ""
    empty: bool = False


@dataclass(slots=True)
class Prediction:
    """One prediction; it ends with look number ``looks``, or after ``seconds`` where that is set."""

    model: Model
    sent: dict[str, Any]
    outcome: Outcome
    looks: int
    seconds: float
    base: str
    webhook: str = ""
    by_version: bool = False
    started: float = field(default_factory=time.time)
    status: str = "starting"
    id: str = field(default_factory=lambda: "".join(random.choices(ALPHABET, k=26)))
    ended: float = 0.0
    removed: bool = False

    def advance(self, *, look: bool = True) -> bool:
        """One step; true where it has just ended."""
        if self.status in ENDED:
            return False
        self.looks -= look
        over = time.time() - self.started >= self.seconds if self.seconds else self.looks <= 0
        if not over:
            self.status = "processing"
            return False
        self.end(self.outcome.status)
        return True

    def end(self, status: str) -> None:
        """It is over."""
        self.status, self.ended = status, time.time()

    @property
    def kind(self) -> str:
        return str(self.sent.get("output_format", self.model.enums.get("output_format", ["png"])[0]))

    @property
    def count(self) -> int:
        return int(self.sent.get("num_outputs", 1))

    def picture(self, number: int) -> bytes:
        """The file behind an output."""
        aspect = str(self.sent.get("aspect_ratio", "1:1"))
        if "width" in self.sent:
            size = (int(self.sent["width"]) // 2, int(self.sent["height"]) // 2)
        else:
            size = sized(aspect if ":" in aspect else "1:1")
        return drawing(str(self.sent.get("prompt")), size, self.kind, int(self.sent.get("seed") or 0) + number)

    @property
    def output(self) -> Any:
        if self.status != "succeeded" or self.outcome.empty or self.removed:
            return None
        links = [f"{self.base}/files/{self.id}/out-{number}.{self.kind}" for number in range(self.count)]
        return {"text": links[0], "list": links, "object": {"images": links, "took": 1.2}}[self.model.output]

    def data(self, *, listed: bool = False) -> dict[str, Any]:
        """As the API tells it; a list holds less."""
        shown = {
            "id": self.id,
            "model": self.model.name,
            "version": self.model.version if self.by_version else "hidden",
            "input": {} if self.removed else self.sent,
            "logs": "",
            "output": self.output,
            "data_removed": self.removed,
            "error": (self.outcome.error or "The model failed.") if self.status == "failed" else None,
            "status": self.status,
            "created_at": _stamp(self.started),
            "started_at": None if self.status == "starting" else _stamp(self.started),
            "completed_at": _stamp(self.ended) if self.ended else None,
            "urls": {
                "get": f"https://api.replicate.com/v1/predictions/{self.id}",
                "cancel": f"https://api.replicate.com/v1/predictions/{self.id}/cancel",
            },
            "metrics": {"predict_time": 1.2, "total_time": 1.9} if self.ended else {},
        }
        if self.webhook:
            shown["webhook"] = self.webhook
        if listed:
            del shown["logs"]
        return shown


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
