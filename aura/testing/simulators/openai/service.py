"""The service: routes, keys, models, forms of answers, limits on pictures."""

import base64
import binascii
import io
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image, UnidentifiedImageError

from aura.testing.simulators.gemini.checks import SCHEMA, schema_problems
from aura.testing.simulators.openai import images
from aura.testing.simulators.optimizing import Optimist, asks_for_it
from aura.testing.simulators.profiles import Truth, Twist, felt, likely, line_problems, shown_in, written
from aura.testing.simulators.server import Answer, Asked, Fault, Simulator
from aura.testing.simulators.writing import Scribe

KEY = "sk-simulated"
MODELS = ("vision-small", "vision-large")
KNOWN = {"model", "messages", "response_format", "max_tokens", "max_completion_tokens", "seed", "stream", "n", "user"}
PICTURES = ("data:image/jpeg;base64,", "data:image/png;base64,", "data:image/webp;base64,")
IMAGE_TOKENS = 85
WRITES = "different compliments"
"""Words of instructions that ask for compliments; servers without schemas are told in no other way."""


def refused(status: int, message: str, kind: str = "invalid_request_error", code: str | None = None) -> Answer:
    """An error in OpenAI's form."""
    return Answer.json({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)


def bare(status: int, message: str) -> Answer:
    """An error as older servers send it."""
    return Answer.json({"error": message}, status)


class OpenAISimulator(Simulator):
    """``forms`` are the response formats that it knows, ``pictures`` the most in a request, ``limit`` the name of the
    limit on the answer that it takes ("" for both). ``key`` "" takes any key. ``sizes`` are those of pictures that it
    makes (None for all), ``links`` answers with addresses of them."""

    def __init__(
        self,
        truth: Truth = likely,
        *,
        feels: Truth = felt,
        key: str = KEY,
        forms: tuple[str, ...] = ("json_schema", "json_object"),
        pictures: int | None = None,
        limit: str = "",
        sizes: tuple[str, ...] | None = images.OPENAI_SIZES,
        links: bool = False,
        latency: float = 0.0,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.truth, self.feels, self.key, self.forms, self.pictures = truth, feels, key, forms, pictures
        self.limit, self.latency, self.sizes, self.links = limit, latency, sizes, links
        self.drawings: list[bytes] = []
        self.scribe, self.optimist = Scribe(), Optimist()
        self.read: list[str] = []
        """User names in the order in which the model answered about them."""
        self.texts: list[str] = []
        """The same of comments."""

    @property
    def base(self) -> str:
        return f"{self.url}/v1"

    def answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/files/"):
            return images.file(asked, self.drawings)
        if self.key and asked.headers.get("authorization") != f"Bearer {self.key}":
            return refused(401, "Incorrect API key provided.", code="invalid_api_key")
        if (asked.method, asked.path) == ("GET", "/v1/models"):
            listed = [{"id": name, "object": "model"} for name in (*MODELS, *images.IMAGE_MODELS)]
            return Answer.json({"object": "list", "data": listed})
        if (asked.method, asked.path) in images.ROUTES:
            return self._drawn(asked)
        if (asked.method, asked.path) != ("POST", "/v1/chat/completions"):
            self.complain(f"no such address: {asked.method} {asked.path}")
            return refused(404, "Unknown request URL.")
        request = asked.json()
        if request.get("model") not in MODELS:
            return refused(404, f"The model `{request.get('model')}` does not exist.", code="model_not_found")
        found = list(self._problems(request))
        for words in found:
            self.complain(words)
        return refused(400, found[0]) if found else self._limited(request) or self._completed(request)

    def _drawn(self, asked: Asked) -> Answer:
        request = images.read(asked)
        if request.get("model") not in images.IMAGE_MODELS:
            return refused(404, f"The model `{request.get('model')}` does not exist.", code="model_not_found")
        found = list(images.problems(request, edits=asked.path.endswith("edits")))
        for words in found:
            self.complain(words)
        if found:
            return refused(400, found[0])
        size = str(request.get("size", "auto"))
        if self.sizes is not None and size not in self.sizes:
            return refused(
                400, f"Invalid value: '{size}'. Supported sizes: {', '.join(self.sizes)}.", code="invalid_value"
            )
        with self.lock:
            data = images.drawn(request, len(self.drawings))
            self.drawings.append(data)
            link = f"{self.url}/files/{len(self.drawings) - 1}.png" if self.links else ""
        return Answer.json(images.answered(data, link), delay=self.latency)

    def _limited(self, request: Mapping[str, Any]) -> Answer | None:
        """What this server cannot do, though others can."""
        form = request.get("response_format", {}).get("type")
        if form and form not in self.forms:
            return refused(400, f"response_format {form} is not supported by this server")
        for name in {"max_tokens", "max_completion_tokens"} - {self.limit}:
            if self.limit and name in request:
                words = f"Unsupported parameter: '{name}' is not supported with this model. Use '{self.limit}' instead."
                return refused(400, words, code="unsupported_parameter")
        images = sum(isinstance(part, bytes) for part in _parts(request))
        if self.pictures is not None and images > self.pictures:
            return refused(400, f"At most {self.pictures} image(s) may be provided in one prompt.", "BadRequestError")
        return None

    def _problems(self, request: Mapping[str, Any]) -> Iterator[str]:
        yield from (f"Unrecognized request argument supplied: {name}" for name in request if name not in KNOWN)
        messages = request.get("messages", [])
        if [one.get("role") for one in messages] != ["system", "user"]:
            yield "a system and a user message are expected"
            return
        form = request.get("response_format", {})
        if form.get("type") == "json_schema":
            described = form["json_schema"]
            if not described.get("name") or described.get("strict") is not True:
                yield "the schema has no name or is not strict"
            yield from schema_problems(described.get("schema"), SCHEMA, strict=True)
        elif "json" not in str(messages).lower():
            yield "'messages' must contain the word 'json' in some form."
        for part in messages[1]["content"]:
            if part.get("type") == "image_url":
                yield from _picture(part["image_url"])
            elif part.get("type") != "text" or not isinstance(part.get("text"), str):
                yield f"no such part: {part}"
                return
        schema = form["json_schema"].get("schema") if form.get("type") == "json_schema" else None
        if WRITES in messages[0]["content"] or asks_for_it(messages[0]["content"]):
            return
        yield from line_problems(shown_in(_parts(request)), schema, str(messages[1]["content"][-1].get("text")))

    def _completed(self, request: Mapping[str, Any], twist: Twist = str, **changes: Any) -> Answer:
        system, parts = request["messages"][0]["content"], list(_parts(request))
        images = sum(isinstance(part, bytes) for part in parts)
        writes = WRITES in system or asks_for_it(system)
        profiles = [] if writes else shown_in(parts)
        if writes:
            words = [part for part in parts if isinstance(part, str)]
            with self.lock:
                writer: Optimist | Scribe = self.optimist if asks_for_it(system) else self.scribe
                said = writer.write(system, words, images)
            text = twist(json.dumps(said))
        else:
            text = twist(written(profiles, self.truth, self.feels))
        with self.lock:
            self.read += [one.username for one in profiles if one.text is None]
            self.texts += [one.text for one in profiles if one.text is not None]
        message = {"role": "assistant", "content": text, "refusal": None, "tool_calls": None}
        choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": "stop"} | changes
        letters = sum(len(part) for part in parts if isinstance(part, str))
        tokens = letters // 4 + images * IMAGE_TOKENS
        return Answer.json(
            {
                "id": f"chatcmpl-{time.monotonic_ns()}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": f"{request['model']}-2026-11-01",
                "choices": [choice],
                "usage": {
                    "prompt_tokens": tokens,
                    "completion_tokens": len(text) // 4,
                    "total_tokens": tokens + len(text) // 4,
                },
            },
            delay=self.latency,
        )

    def twisting(self, twist: Twist, **changes: Any) -> Fault:
        """A fault: the right answer with other words; ``changes`` replace parts of its choice."""
        return lambda asked: self._completed(asked.json(), twist, **changes)


def _picture(image: Mapping[str, Any]) -> Iterator[str]:
    url = str(image.get("url"))
    if not url.startswith(PICTURES) or image.get("detail") not in {"low", "high", "auto"}:
        yield f"no picture inside the request: {url[:40]}"
        return
    kind = url[len("data:image/") : url.index(";")]
    try:
        with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2], validate=True))) as picture:
            found = (picture.format or "").lower()
    except (UnidentifiedImageError, binascii.Error):
        yield "a picture cannot be read"
        return
    if found != kind:
        yield f"a picture is called {kind} and is {found}"


def _parts(request: Mapping[str, Any]) -> Iterator[str | bytes]:
    for part in request["messages"][1]["content"]:
        if part["type"] == "text":
            yield part["text"]
        else:
            yield base64.b64decode(part["image_url"]["url"].partition(",")[2])
