"""The service itself: routes, keys, models, answers with their tokens."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from aura.testing.simulators.gemini import faults, grounding, images
from aura.testing.simulators.gemini.batches import Batches
from aura.testing.simulators.gemini.checks import MAX_BYTES, decoded, plain, problems
from aura.testing.simulators.optimizing import Optimist, is_optimizing
from aura.testing.simulators.profiles import Shown, Truth, Twist, felt, likely, line_problems, shown_in, written
from aura.testing.simulators.server import Answer, Asked, Fault, Simulator
from aura.testing.simulators.writing import Scribe, is_writing

KEY = "simulated-gemini-key"
MODELS = ("gemini-3.5-flash-lite", "gemini-3.8-flash")
ROUTE = re.compile(r"/(?:v1|v1beta|v1alpha)/(?P<kind>models|batches|files)(?:/(?P<name>[\w.-]+))?(?::(?P<verb>\w+))?")
TOKENS = {"MEDIA_RESOLUTION_LOW": 280, "MEDIA_RESOLUTION_MEDIUM": 560}
HIGH = 1120
THOUGHTS = 64


class GeminiSimulator(Simulator):
    """``truth`` says what the model sees in a profile, ``feels`` in a comment.

    ``latency`` (seconds) is waited before each answer.
    """

    def __init__(
        self,
        truth: Truth = likely,
        *,
        feels: Truth = felt,
        key: str = KEY,
        models: tuple[str, ...] = (*MODELS, *images.IMAGE_MODELS),
        latency: float = 0.0,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.truth, self.feels, self.key, self.models, self.latency = truth, feels, key, models, latency
        self.batches = Batches(self.generated)
        self.scribe, self.optimist, self.searcher = Scribe(), Optimist(), grounding.Searcher()
        self.read: list[str] = []
        """User names in the order in which the model answered about them."""
        self.texts: list[str] = []
        """The same of comments."""
        self.drawn = 0
        """How many pictures were made."""

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-goog-api-key") != self.key:
            return faults.bad_key()
        route = ROUTE.fullmatch(asked.path)
        what = f"{asked.method} {route['kind']}:{route['verb'] or ''}" if route else ""
        if route is None:
            self.complain(f"no such address: {asked.method} {asked.path}")
            return faults.refused(404, "NOT_FOUND", "Not found.")
        if route["kind"] == "models" and route["name"] not in self.models:
            return faults.retired(route["name"])
        match what:
            case "GET models:":
                return Answer.json({"name": f"models/{route['name']}", "version": "001"})
            case "POST models:generateContent":
                return self._generate(asked, route["name"])
            case "POST models:batchGenerateContent":
                return self._submit(asked, route["name"])
            case "GET batches:" if not route["name"]:
                return Answer.json({"operations": self.batches.listed()})
            case "GET batches:" | "POST batches:cancel" | "GET files:download":
                return self.batches.answer(route["name"], cancel=route["verb"] == "cancel")
        self.complain(f"not allowed: {asked.method} {asked.path}")
        return faults.refused(404, "NOT_FOUND", "Method not found.")

    def _generate(self, asked: Asked, model: str) -> Answer:
        request = plain(asked.json())
        draws = model in images.IMAGE_MODELS
        refusal = self._refusal(request, len(asked.body), draws=draws)
        if refusal is not None:
            return refusal
        if not draws:
            return Answer.json(self.generated(request, model), delay=self.latency)
        with self.lock:
            self.drawn += 1
            number = self.drawn
        return Answer.json(images.drawn(request, model, number, thoughts="pro" in model), delay=self.latency)

    def _submit(self, asked: Asked, model: str) -> Answer:
        body = plain(asked.json())
        batch = body.get("batch", {})
        if set(body) != {"batch"} or set(batch) - {"displayName", "inputConfig", "priority"}:
            self.complain(f"unknown names in a batch: {sorted(batch)}")
        rows = batch.get("inputConfig", {}).get("requests", {}).get("requests", [])
        for row in rows:
            refusal = self._refusal(row.get("request", {}), len(asked.body))
            if refusal is not None:
                return refusal
        if not rows or len({row.get("metadata", {}).get("key") for row in rows}) < len(rows):
            self.complain("a batch needs requests with keys of their own")
        if len(rows) > 100:
            self.complain(f"{len(rows)} requests with pictures in one batch could never be fetched")
        return Answer.json(self.batches.submit(rows, model, batch.get("displayName", "")))

    def _refusal(self, request: Mapping[str, Any], size: int, *, draws: bool = False) -> Answer | None:
        found = list(images.problems(request) if draws else (*problems(request), *grounding.problems(request)))
        if not found and not draws and not grounding.is_grounded(request):
            schema, parts = request.get("generationConfig", {}).get("responseJsonSchema"), _parts_of(request)
            found += (
                ()
                if is_writing(schema or {}) or is_optimizing(schema or {})
                else line_problems(profiles_in(request), schema, str(parts[-1].get("text", "")))
            )
        if size > MAX_BYTES:
            found.append("Request payload size exceeds the limit: 20971520 bytes.")
        for words in found:
            self.complain(words)
        return faults.refused(400, "INVALID_ARGUMENT", found[0]) if found else None

    def generated(self, request: Mapping[str, Any], model: str, twist: Twist = str) -> dict[str, Any]:
        """A GenerateContentResponse for a request in camel case; what does not fit into its room is cut."""
        if grounding.is_grounded(request):
            with self.lock:
                return self.searcher.answer(request, model, usage_of(request, "\n".join(self.searcher.lines)))
        config = request.get("generationConfig", {})
        schema = config.get("responseJsonSchema") or {}
        writes = is_writing(schema) or is_optimizing(schema)
        profiles = [] if writes else profiles_in(request)
        text = twist(json.dumps(self._words(request, schema)) if writes else written(profiles, self.truth, self.feels))
        with self.lock:
            self.read += [one.username for one in profiles if one.text is None]
            self.texts += [one.text for one in profiles if one.text is not None]
        room = (config.get("maxOutputTokens", 65_536) - THOUGHTS) * 4
        candidate = {
            "content": {"role": "model", "parts": [{"text": text[:room]}]},
            "finishReason": "STOP" if len(text) <= room else "MAX_TOKENS",
            "index": 0,
        }
        return {
            "candidates": [candidate],
            "usageMetadata": usage_of(request, text[:room]),
            "modelVersion": model,
            "responseId": f"r{time.monotonic_ns()}",
        }

    def _words(self, request: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        parts = _parts_of(request)
        system = "".join(part["text"] for part in request["systemInstruction"]["parts"])
        words = [part["text"] for part in parts if "text" in part]
        with self.lock:
            writer: Optimist | Scribe = self.optimist if is_optimizing(schema) else self.scribe
            return writer.write(system, words, sum("inlineData" in part for part in parts))

    def twisting(self, twist: Twist, **changes: Any) -> Fault:
        """A fault: the right answer with other words; ``changes`` replace parts of its candidate."""

        def fault(asked: Asked) -> Answer:
            request = plain(asked.json())
            body = self.generated(request, self.models[0], twist)
            body["candidates"][0] |= changes
            return Answer.json(body)

        return fault

    def unless(self, harmless: Callable[[list[Shown]], bool], otherwise: Answer) -> Fault:
        """A fault that takes only requests whose profiles are not ``harmless``."""

        def fault(asked: Asked) -> Answer | None:
            return None if harmless(profiles_in(plain(asked.json()))) else otherwise

        return fault


def profiles_in(request: Mapping[str, Any]) -> list[Shown]:
    """The profiles or comments that a request (in camel case) asks about."""
    parts = _parts_of(request)
    return shown_in(part["text"] if "text" in part else decoded(part["inlineData"]["data"]) for part in parts)


def _parts_of(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [part for content in request["contents"] for part in content["parts"]]


def usage_of(request: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Tokens as Google counts them, four characters each and a flat number a picture."""
    level = request.get("generationConfig", {}).get("mediaResolution", "")
    images = sum("inlineData" in part for part in _parts_of(request)) * TOKENS.get(level, HIGH)
    words = (
        sum(
            len(part.get("text", ""))
            for part in [*_parts_of(request), *request.get("systemInstruction", {}).get("parts", [])]
        )
        // 4
    )
    answered = len(text) // 4
    return {
        "promptTokenCount": words + images,
        "candidatesTokenCount": answered,
        "thoughtsTokenCount": THOUGHTS,
        "cachedContentTokenCount": 0,
        "totalTokenCount": words + images + answered + THOUGHTS,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": words},
            {"modality": "IMAGE", "tokenCount": images},
        ],
    }
