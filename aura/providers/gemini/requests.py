"""What is sent to Gemini about profiles or comments, and what its answer says. Knows the SDK's types, makes no call."""

import math
from collections.abc import Sequence
from typing import Any, Final

from google.genai import types

from aura.providers.metering import Usage
from aura.providers.ports import ProfileEvidence
from aura.providers.profiles import CommentPrompt, ProfilePrompt, Prompt
from aura.providers.reading import Problem, Question, Reply
from aura.providers.reading.comments import characters
from aura.providers.reading.questions import MAX_MODEL, plain
from aura.providers.text_ports import CommentText

PROVIDER: Final = "gemini"
OPERATION: Final = "read_profiles"
READ_COMMENTS: Final = "read_comments"
IMAGE_TOKENS: Final = 280
"""What a picture costs at MEDIA_RESOLUTION_LOW, whatever its size."""
RESOLUTIONS: Final = {
    "low": types.MediaResolution.MEDIA_RESOLUTION_LOW,
    "medium": types.MediaResolution.MEDIA_RESOLUTION_MEDIUM,
    "high": types.MediaResolution.MEDIA_RESOLUTION_HIGH,
}
RESOLUTION_TOKENS: Final = {"low": 280, "medium": 560, "high": 1120}
ANSWER_TOKENS: Final = 110
COMMENT_TOKENS: Final = 55
"""An entry about a comment; one about a profile has twice as many fields."""
THOUGHT_TOKENS: Final = 300
# Room for an answer: a cut one is paid for and of no use, unused room costs nothing.
ROOM_EACH, ROOM_EACH_COMMENT, ROOM_FIRST = 250, 100, 2048
MOST_ROOM: Final = 65_536
"""The most that the service lets a model answer."""
CHARACTERS_A_TOKEN: Final = 3
MAX_BYTES: Final = 18_000_000
"""Of one request, below the service's 20 MB: the pictures grow by a third as base64, and the words come on top."""
HARMS: Final = (
    types.HarmCategory.HARM_CATEGORY_HARASSMENT,
    types.HarmCategory.HARM_CATEGORY_HATE_SPEECH,
    types.HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
    types.HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
)
WHOLE: Final = {types.FinishReason.STOP, types.FinishReason.FINISH_REASON_UNSPECIFIED, None}
CUT: Final = {types.FinishReason.MAX_TOKENS, types.FinishReason.OTHER, types.FinishReason.MALFORMED_FUNCTION_CALL}
BLOCKED: Final = {
    types.FinishReason.SAFETY,
    types.FinishReason.RECITATION,
    types.FinishReason.BLOCKLIST,
    types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.SPII,
    types.FinishReason.LANGUAGE,
    types.FinishReason.IMAGE_SAFETY,
    types.FinishReason.IMAGE_PROHIBITED_CONTENT,
}


def contents_of(question: Question) -> list[types.Content]:
    """The words and pictures in the order in which they belong together."""
    parts = [types.Part(text=question.opening)]
    for turn in question.turns:
        parts.append(types.Part(text=turn.text))
        if turn.picture is not None:
            kind, data = turn.picture
            parts.append(types.Part(inline_data=types.Blob(mime_type=kind, data=data)))
    parts.append(types.Part(text=question.closing))
    return [types.Content(role="user", parts=parts)]


def config_of(prompt: Prompt, items: int, tries: int = 0) -> types.GenerateContentConfig:
    """How Gemini is to answer about so many profiles or comments; with each further try there is twice the room.

    No temperature: Gemini 3 is told to go without, and repeats itself for ever below 1.
    """
    pictures = not isinstance(prompt, CommentPrompt)
    each = ROOM_EACH if pictures else ROOM_EACH_COMMENT
    return json_config(prompt, (ROOM_FIRST + each * items) * 2**tries, "low" if pictures else "")


def json_config(prompt: Prompt, room: int, resolution: str) -> types.GenerateContentConfig:
    """How Gemini is to answer in JSON with at most ``room`` tokens, thinking included; "" where no picture goes."""
    return types.GenerateContentConfig(
        system_instruction=prompt.system,
        response_mime_type="application/json",
        response_json_schema=dict(prompt.schema),
        max_output_tokens=min(MOST_ROOM, room),
        media_resolution=RESOLUTIONS.get(resolution),
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
        safety_settings=[
            types.SafetySetting(category=harm, threshold=types.HarmBlockThreshold.BLOCK_ONLY_HIGH) for harm in HARMS
        ],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def expected_usage(model: str, prompt: ProfilePrompt, profiles: tuple[ProfileEvidence, ...], *, batch: bool) -> Usage:
    """What a request about these profiles will take, rather too much than too little."""
    images = sum(one.picture is not None for one in profiles)
    letters = prompt.letters + sum(_letters(one) for one in profiles)
    return Usage(
        PROVIDER,
        model,
        OPERATION,
        input_tokens=math.ceil(letters / CHARACTERS_A_TOKEN) + IMAGE_TOKENS * images,
        output_tokens=ANSWER_TOKENS * len(profiles) + THOUGHT_TOKENS,
        images=images,
        items=len(profiles),
        batch=batch,
    )


def expected_of_comments(model: str, prompt: Prompt, comments: Sequence[CommentText]) -> Usage:
    """What a request about these comments will take, rather too much than too little."""
    return Usage(
        PROVIDER,
        model,
        READ_COMMENTS,
        input_tokens=math.ceil((prompt.letters + characters(comments)) / CHARACTERS_A_TOKEN),
        output_tokens=COMMENT_TOKENS * len(comments) + THOUGHT_TOKENS,
        items=len(comments),
    )


def nothing(expected: Usage) -> Usage:
    """What a request costs that the service did not take."""
    return Usage(expected.provider, expected.model, expected.operation)


def _letters(profile: ProfileEvidence) -> int:
    return 200 + len(profile.full_name) + len(profile.bio) + sum(len(comment) for comment in profile.comments)


def most_bytes(profile: ProfileEvidence) -> int:
    """More than a profile takes in a request."""
    return 400 + _letters(profile) * 4 + len(profile.picture or b"") * 4 // 3


def reply_of(answer: types.GenerateContentResponse, question: Question, expected: Usage) -> Reply:
    """Text, trouble and usage of an answer of whatever shape. ``expected`` is booked where it names no tokens."""
    candidate = answer.candidates[0] if answer.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    text = "".join(part.text for part in parts if part.text and not part.thought)
    used = count_usage(answer.usage_metadata, expected)
    return Reply(
        text, used, dict(question.ids), plain(answer.model_version or used.model, MAX_MODEL), _problem(answer, text)
    )


def _problem(answer: types.GenerateContentResponse, text: str) -> Problem:
    if answer.prompt_feedback is not None and answer.prompt_feedback.block_reason is not None:
        return "blocked"
    if not answer.candidates:
        return "blocked"
    reason = answer.candidates[0].finish_reason
    if reason in BLOCKED:
        return "blocked"
    # A reason that is newer than this code says nothing about what was answered: the text decides.
    return "cut" if reason in CUT or not text else ""


def count_usage(said: types.GenerateContentResponseUsageMetadata | None, expected: Usage) -> Usage:
    """Tokens as Google bills them: thinking is output, cached tokens are a part of the input."""
    if said is None or not said.prompt_token_count:
        return expected
    return Usage(
        expected.provider,
        expected.model,
        expected.operation,
        input_tokens=_count(said.prompt_token_count) + _count(said.tool_use_prompt_token_count),
        output_tokens=_count(said.candidates_token_count) + _count(said.thoughts_token_count),
        cached_tokens=_count(said.cached_content_token_count),
        images=expected.images,
        items=expected.items,
        batch=expected.batch,
    )


def _count(said: Any) -> int:
    return max(0, said) if isinstance(said, int) else 0


def plain_answer(body: Any) -> types.GenerateContentResponse:
    """An answer out of a file of results, without what this SDK does not know yet. Raises ``ValueError``."""
    source = body if isinstance(body, dict) else {}
    rows = source.get("candidates")
    shown = {
        "candidates": [_candidate(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else [],
        "promptFeedback": _part(source, "promptFeedback", "blockReason"),
        "usageMetadata": _part(
            source,
            "usageMetadata",
            "promptTokenCount",
            "candidatesTokenCount",
            "thoughtsTokenCount",
            "cachedContentTokenCount",
        ),
        "modelVersion": source.get("modelVersion"),
    }
    return types.GenerateContentResponse.model_validate(shown)


def _part(source: dict[str, Any], name: str, *fields: str) -> dict[str, Any] | None:
    found = source.get(name)
    return {field: found[field] for field in fields if field in found} if isinstance(found, dict) else None


def _candidate(row: dict[str, Any]) -> dict[str, Any]:
    content = row.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    texts = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    kept = [{name: part[name] for name in ("text", "thought") if name in part} for part in texts]
    return {"content": {"role": "model", "parts": kept}, "finishReason": row.get("finishReason")}
