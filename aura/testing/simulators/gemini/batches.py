"""Batches: submitted, pending, running, and at last there as a list or as a file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aura.testing.simulators.gemini import faults
from aura.testing.simulators.server import Answer

UNFINISHED = ("BATCH_STATE_PENDING", "BATCH_STATE_RUNNING")
Generated = Callable[[Mapping[str, Any], str], dict[str, Any]]


@dataclass(slots=True)
class _Batch:
    name: str
    model: str
    title: str
    rows: Sequence[Mapping[str, Any]]
    looks: int = 0
    cancelled: bool = False
    output: dict[str, Any] = field(default_factory=dict)


class Batches:
    """``states`` is what each look shows; the last one stays. ``broken`` requests (by place) get an error of their own.

    With ``as_file`` the results are a file of JSON lines.
    """

    def __init__(self, generated: Generated) -> None:
        self.states: list[str] = [*UNFINISHED, "BATCH_STATE_SUCCEEDED"]
        self.broken: set[int] = set()
        self.as_file = False
        self.submitted: dict[str, _Batch] = {}
        self._generated = generated
        self.files: dict[str, bytes] = {}

    def submit(self, rows: Sequence[Mapping[str, Any]], model: str, title: str) -> dict[str, Any]:
        batch = _Batch(f"b{len(self.submitted) + 1}", model, title, rows)
        self.submitted[batch.name] = batch
        return self._shown(batch, self.states[0])

    def listed(self) -> list[dict[str, Any]]:
        """All batches, as they were first shown."""
        return [self._shown(batch, self.states[0]) for batch in self.submitted.values()]

    def answer(self, name: str, *, cancel: bool) -> Answer:
        """A look at a batch, its end, or the file of its results."""
        if name in self.files:
            return Answer(200, self.files[name], {"Content-Type": "application/jsonl"})
        batch = self.submitted.get(name)
        if batch is None:
            return faults.refused(404, "NOT_FOUND", "Requested entity was not found.")
        if cancel:
            batch.cancelled = True
            return Answer.json({})
        state = self.states[min(batch.looks, len(self.states) - 1)]
        batch.looks += 1
        return Answer.json(self._shown(batch, "BATCH_STATE_CANCELLED" if batch.cancelled else state))

    def _shown(self, batch: _Batch, state: str) -> dict[str, Any]:
        kind = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"
        about: dict[str, Any] = {"@type": kind, "displayName": batch.title, "state": state}
        shown: dict[str, Any] = {"name": f"batches/{batch.name}", "metadata": about}
        if state == "BATCH_STATE_SUCCEEDED":
            batch.output = batch.output or self._output(batch)
            about["output"] = batch.output
            shown |= {"done": True, "response": batch.output}
        elif state not in UNFINISHED:
            shown |= {"done": True, "error": {"code": 13, "message": "The batch did not finish."}}
        return shown

    def _output(self, batch: _Batch) -> dict[str, Any]:
        rows = [self._row(batch, place, row) for place, row in enumerate(batch.rows)]
        if not self.as_file:
            return {"inlinedResponses": {"inlinedResponses": rows}}
        name = f"{batch.name}-out"
        lines = [json.dumps({"key": row.pop("metadata")["key"]} | row) for row in rows]
        self.files[name] = ("\n".join(reversed(lines)) + "\n").encode()
        return {"responsesFile": f"files/{name}"}

    def _row(self, batch: _Batch, place: int, row: Mapping[str, Any]) -> dict[str, Any]:
        if place in self.broken:
            return {"error": {"code": 13, "message": "Internal error."}, "metadata": row["metadata"]}
        return {"response": self._generated(row["request"], batch.model), "metadata": row["metadata"]}
