"""Answers with Google Search grounding: accounts as lines, sources, the suggestion that Google's terms want shown.

``Searcher.lines`` are what the model says, ``sourced`` how many of them, from the first, Google names a source for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TOOLS = {"googleSearch", "functionDeclarations", "codeExecution", "urlContext"}
REDIRECT = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/"
FENCE = re.compile(r"BEGIN (\w+)\n(.*?)\nEND \1", re.DOTALL)
LINES = (
    "instagram | @quiet.ceramics | handmade cups and slow craft | https://www.instagram.com/quiet.ceramics/",
    "instagram | clay_and_light | studio pottery in daylight | https://instagram.com/clay_and_light",
    "tiktok | @wheelthrown | throwing on the wheel | https://www.tiktok.com/@wheelthrown",
    "instagram | made_up_account | the model's own idea | https://www.instagram.com/made_up_account",
)


@dataclass(slots=True)
class Searcher:
    """The model that searches. ``asked`` keeps what was fenced as material in each request."""

    lines: tuple[str, ...] = LINES
    sourced: int = 3
    html: str = ""
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def answer(self, request: Mapping[str, Any], model: str, usage: Mapping[str, Any]) -> dict[str, Any]:
        """A GenerateContentResponse with its grounding."""
        words = "\n".join(part["text"] for content in request["contents"] for part in content["parts"])
        fenced = FENCE.search(words)
        self.asked.append(json.loads(fenced[2]) if fenced else {})
        text = "\n".join(self.lines)
        candidate = {
            "content": {"role": "model", "parts": [{"text": text}]},
            "finishReason": "STOP",
            "index": 0,
            "groundingMetadata": self._grounding(text),
        }
        return {
            "candidates": [candidate],
            "usageMetadata": dict(usage),
            "modelVersion": model,
            "responseId": f"s{len(self.asked)}",
        }

    def _grounding(self, text: str) -> dict[str, Any]:
        supports, start = [], 0
        for number, line in enumerate(self.lines):
            size = len(line.encode())
            segment = {"endIndex": start + size, "text": line} | ({"startIndex": start} if start else {})
            if number < self.sourced:
                supports.append({"segment": segment, "groundingChunkIndices": [number % 2]})
            start += size + 1
        query = "handmade ceramics instagram accounts"
        chip = f'<a class="chip" href="https://www.google.com/search?q={query.replace(" ", "+")}">{query}</a>'
        html = self.html or f'<style>.chip{{color:#000}}</style><div class="container">{chip}</div>'
        return {
            "webSearchQueries": [query, "slow craft potters"],
            "searchEntryPoint": {"renderedContent": html},
            "groundingChunks": [
                {"web": {"uri": f"{REDIRECT}a", "title": "craftmagazine.example", "domain": "craftmagazine.example"}},
                {"web": {"uri": f"{REDIRECT}b", "title": "Ten potters to follow", "domain": "pottery.example"}},
            ],
            "groundingSupports": supports,
        }


def is_grounded(request: Mapping[str, Any]) -> bool:
    """Whether a request (in camel case) asks for a search."""
    tools = request.get("tools")
    return isinstance(tools, list) and any("googleSearch" in tool for tool in tools)


def problems(request: Mapping[str, Any]) -> Iterator[str]:
    """What Google would refuse in the tools of a request."""
    tools = request.get("tools", [])
    if not isinstance(tools, list):
        yield "tools must be a list"
        return
    for tool in tools:
        yield from (f'Unknown name "{name}" at tools' for name in tool if name not in TOOLS)
        if tool.get("googleSearch"):
            yield f"googleSearch takes no fields here: {sorted(tool['googleSearch'])}"
    config = request.get("generationConfig", {})
    if is_grounded(request) and {"responseJsonSchema", "responseSchema", "responseMimeType"} & set(config):
        yield "Tool use with a response mime type: 'application/json' is unsupported"
