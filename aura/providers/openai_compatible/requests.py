"""What is sent for a batch of profiles or comments, and what the answer says. Makes no call."""

import base64
import json
import math
from collections.abc import Sequence
from typing import Any, Final

from aura.providers.metering import Usage
from aura.providers.ports import ProfileEvidence
from aura.providers.profiles import Prompt
from aura.providers.reading import Problem, Question, Reply
from aura.providers.reading.comments import characters
from aura.providers.reading.questions import MAX_MODEL, plain
from aura.providers.text_ports import CommentText

PROVIDER: Final = "openai"
OPERATION: Final = "read_profiles"
READ_COMMENTS: Final = "read_comments"
IMAGE_TOKENS: Final = 300
"""Expected of a picture at detail ``low``; models differ, and the answer names what it was."""
ANSWER_TOKENS, COMMENT_TOKENS = 110, 55
ROOM_EACH, ROOM_EACH_COMMENT, ROOM_FIRST = 250, 100, 1024
CHARACTERS_A_TOKEN: Final = 3


def messages_of(question: Question, prompt: Prompt, *, with_schema: bool, detail: str = "low") -> list[dict[str, Any]]:
    """The conversation. Pictures go inside it: a server never gets an address to fetch."""
    system = prompt.system
    if with_schema:
        system += f"\nAnswer with JSON only, of this schema:\n{json.dumps(dict(prompt.schema))}\n"
    parts: list[dict[str, Any]] = [_text(question.opening)]
    for turn in question.turns:
        parts.append(_text(turn.text))
        if turn.picture is not None:
            kind, data = turn.picture
            url = f"data:{kind};base64,{base64.b64encode(data).decode()}"
            parts.append({"type": "image_url", "image_url": {"url": url, "detail": detail}})
    parts.append(_text(question.closing))
    return [{"role": "system", "content": system}, {"role": "user", "content": parts}]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def room_of(items: int, tries: int, each: int = ROOM_EACH) -> int:
    """Tokens that an answer may have; with each further try twice as many."""
    return int((ROOM_FIRST + each * items) * 2**tries)


def expected_usage(model: str, prompt: Prompt, profiles: tuple[ProfileEvidence, ...]) -> Usage:
    """What a request about these profiles will take, rather too much than too little."""
    images = sum(one.picture is not None for one in profiles)
    letters = prompt.letters + sum(_letters(one) for one in profiles)
    return Usage(
        PROVIDER,
        model,
        OPERATION,
        input_tokens=math.ceil(letters / CHARACTERS_A_TOKEN) + IMAGE_TOKENS * images,
        output_tokens=ANSWER_TOKENS * len(profiles),
        images=images,
        items=len(profiles),
    )


def expected_of_comments(model: str, prompt: Prompt, comments: Sequence[CommentText]) -> Usage:
    """What a request about these comments will take, rather too much than too little."""
    return Usage(
        PROVIDER,
        model,
        READ_COMMENTS,
        input_tokens=math.ceil((prompt.letters + characters(comments)) / CHARACTERS_A_TOKEN),
        output_tokens=COMMENT_TOKENS * len(comments),
        items=len(comments),
    )


def nothing(expected: Usage) -> Usage:
    """What a request costs that the service did not take."""
    return Usage(expected.provider, expected.model, expected.operation)


def _letters(profile: ProfileEvidence) -> int:
    return 200 + len(profile.full_name) + len(profile.bio) + sum(len(comment) for comment in profile.comments)


def reply_of(answer: Any, question: Question, expected: Usage) -> Reply:
    """Text, trouble and usage of an answer of whatever shape: the SDK does not check what a server sends."""
    choices = getattr(answer, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    content = getattr(message, "content", None)
    text = content if isinstance(content, str) else ""
    model = getattr(answer, "model", None)
    return Reply(
        text,
        _usage(getattr(answer, "usage", None), expected),
        dict(question.ids),
        plain(model, MAX_MODEL) if isinstance(model, str) and model else expected.model,
        _problem(getattr(choice, "finish_reason", None), getattr(message, "refusal", None)),
    )


def _problem(reason: Any, refusal: Any) -> Problem:
    if refusal or reason == "content_filter":
        return "blocked"
    return "cut" if reason == "length" else ""


def _usage(said: Any, expected: Usage) -> Usage:
    read = _count(getattr(said, "prompt_tokens", None))
    if not read:
        return expected
    return Usage(
        expected.provider,
        expected.model,
        expected.operation,
        input_tokens=read,
        output_tokens=_count(getattr(said, "completion_tokens", None)),
        cached_tokens=_count(getattr(getattr(said, "prompt_tokens_details", None), "cached_tokens", None)),
        images=expected.images,
        items=expected.items,
    )


def _count(said: Any) -> int:
    return max(0, said) if isinstance(said, int) else 0
