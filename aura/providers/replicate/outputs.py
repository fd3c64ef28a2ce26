"""What a prediction says, as a making. Pure."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aura.providers.image_ports import MOST_IMAGES, MadeImage, Making, MakingState
from aura.providers.replicate import errors

STATES: Final[Mapping[str, MakingState]] = {
    "starting": "running",
    "processing": "running",
    "succeeded": "done",
    "failed": "failed",
    "canceled": "cancelled",
    "aborted": "cancelled",
}
DEPTH: Final = 4
LARGEST: Final = 40_000_000
TYPES: Final = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}


def making_of(prediction: Mapping[str, Any], secret: str, reservation: str = "") -> Making:
    """The making behind a prediction. A status that is not known counts as running."""
    status = str(prediction.get("status"))
    state = STATES.get(status, "running")
    version = prediction.get("version")
    about: dict[str, Any] = {
        "id": str(prediction["id"]),
        "model": str(prediction.get("model") or ""),
        "model_version": version if isinstance(version, str) else "",
        "reservation": reservation,
    }
    if state == "failed":
        code, message, retryable = errors.failure_of(errors.without(secret, prediction.get("error")))
        return Making("failed", code=code, message=message, retryable=retryable, **about)
    if state == "cancelled":
        return Making("cancelled", code="cancelled", message="The picture was stopped at Replicate.", **about)
    if state == "running":
        return Making("running", message="" if status in STATES else "Replicate works on it.", **about)
    if prediction.get("data_removed"):
        return Making("failed", code="expired", message="Replicate has deleted the pictures.", **about)
    images = tuple(images_of(prediction))
    if not images:
        words = "The model ended without a picture."
        return Making("failed", code="made_nothing", message=words, retryable=True, **about)
    return Making("done", images=images, **about)


def images_of(prediction: Mapping[str, Any]) -> Iterator[MadeImage]:
    """Every picture of an output that is a text, a list or an object, each once."""
    links = list(dict.fromkeys(_links(prediction.get("output"), DEPTH)))[:MOST_IMAGES]
    sent = prediction.get("input")
    seed = sent.get("seed") if isinstance(sent, Mapping) else None
    # What the further pictures of one prediction start from is the model's own affair.
    known = seed if isinstance(seed, int) and len(links) == 1 else None
    for link in links:
        if link.startswith("data:"):
            kind, _, data = link.partition(",")
            found = _decoded(data)
            if found:
                yield MadeImage(found, "", kind[5:].partition(";")[0], known)
        else:
            ending = link.partition("?")[0].rpartition(".")[2].lower()
            yield MadeImage(b"", link, TYPES.get(ending, ""), known)


def _links(output: Any, depth: int) -> Iterator[str]:
    if isinstance(output, str):
        if output.startswith(("https://", "http://", "data:image/")):
            yield output
    elif depth and isinstance(output, list | tuple):
        for one in output:
            yield from _links(one, depth - 1)
    elif depth and isinstance(output, Mapping):
        for one in output.values():
            yield from _links(one, depth - 1)


def _decoded(data: str) -> bytes:
    if len(data) > LARGEST * 4 // 3:
        return b""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return b""
