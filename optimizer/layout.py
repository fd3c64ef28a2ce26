"""The files of a session: the results as JSON and the captions as text, in the layout of the seed. Pure.

The headings READY TO POST CONTENT, FIRST COMMENT (hashtags), POSTING INFO, BEST POSTING TIMES and SUGGESTED ACCOUNTS TO
TAG are read by people and by scripts: they stay as they are.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from optimizer.captions import IN_CAPTION
from optimizer.limits import count, limit_of, plain
from optimizer.timing import DAYS, Timing, window_words

CONTENT, COMMENT, INFO = "READY TO POST CONTENT", "FIRST COMMENT (hashtags)", "POSTING INFO"
TIMES, ACCOUNTS = "BEST POSTING TIMES", "SUGGESTED ACCOUNTS TO TAG"
HEADINGS: Final = (CONTENT, COMMENT, INFO, TIMES, ACCOUNTS)
NAMES: Final[Mapping[str, str]] = {
    "instagram": "INSTAGRAM", "facebook": "FACEBOOK", "linkedin": "LINKEDIN", "pinterest": "PINTEREST",
    "x.com": "X.COM",
    "tiktok": "TIKTOK",
}  # fmt: skip
SURE: Final[Mapping[str, str]] = {
    "measured": "measured on your own audience",
    "published": "a published study, not your audience",
    "common": "common advice, not measured",
}
RULE, LINE = "=" * 60, "-" * 60
FORMAT: Final = 1
MOST_STEM: Final = 180


@dataclass(frozen=True, slots=True)
class Account:
    """An account to tag. ``sources`` are pages (title, address) that speak of it."""

    platform: str
    username: str
    url: str = ""
    why: str = ""
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """What one platform got. ``status`` is ``completed`` or ``failed`` (then ``error`` and its ``code`` say why).

    ``caption`` is as it is posted, with hashtags where they belong in it; ``hashtags`` are names without the sign.
    ``file`` is the picture's name in the archive, ``seconds`` the processing time, ``writer`` who wrote the caption.
    """

    platform: str
    status: str = "completed"
    caption: str = ""
    title: str = ""
    hashtags: tuple[str, ...] = ()
    alt_text: str = ""
    timing: Timing | None = None
    accounts: tuple[Account, ...] = ()
    file: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    media_type: str = ""
    seconds: float = 0.0
    product_photography: bool = False
    writer: str = ""
    code: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One picture for all platforms. ``description_source`` is ``user``, ``ai``, ``both`` or ``none``."""

    session_id: str
    status: str
    image: str
    created: datetime
    results: tuple[PlatformResult, ...]
    description: str = ""
    description_source: str = "none"
    niches: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    text_in_image: str = ""
    is_product: bool | None = None
    product_reason: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


def results_json(session: Session) -> str:
    """The results file: JSON in UTF-8 with sorted platforms as they were asked for, readable by people."""
    return json.dumps(results_data(session), ensure_ascii=False, indent=2, default=str) + "\n"


def results_data(session: Session) -> dict[str, Any]:
    """The same as plain values, for the API and for ``--compilation-only``."""
    return {
        "format": FORMAT,
        "session_id": session.session_id,
        "status": session.status,
        "image": session.image,
        "created_at": session.created.isoformat(),
        "processing_time": round(session.seconds, 3),
        "analysis": {
            "description": session.description,
            "description_source": session.description_source,
            "niches": list(session.niches),
            "subjects": list(session.subjects),
            "text_in_image": session.text_in_image,
            "is_product": session.is_product,
            "product_reason": session.product_reason,
        },
        "results": {one.platform: _platform_data(one) for one in session.results},
        "notes": list(session.notes),
        **dict(session.extra),
    }


def caption_text(session: Session) -> str:
    """The caption file of all platforms, in the order of the session."""
    head = ["SOCIAL MEDIA CONTENT", f"Image: {_one_line(session.image)}", f"Session: {_one_line(session.session_id)}"]
    if session.created:
        head.append(f"Created: {session.created:%Y-%m-%d %H:%M} {session.created.tzname() or ''}".rstrip())
    blocks = ["\n".join(head), *(platform_text(one) for one in session.results)]
    return "\n\n".join(blocks) + "\n"


def platform_text(result: PlatformResult) -> str:
    """The part of one platform; a failed one says why and has no other headings."""
    name = NAMES.get(result.platform, result.platform.upper())
    if result.status in {"queued", "running"}:
        return f"{RULE}\n{name}\n{RULE}\nNOT READY: It is still being made."
    if result.status == "cancelled":
        return f"{RULE}\n{name}\n{RULE}\nSTOPPED: It was stopped before it was made."
    if result.status != "completed":
        why = _one_line(result.error) or "It could not be made."
        return f"{RULE}\n{name}\n{RULE}\nFAILED: {why}" + (f" ({result.code})" if result.code else "")
    parts = [
        (CONTENT, _content(result)),
        (COMMENT, _hashtags(result)),
        (INFO, "\n".join(_info(result))),
        (TIMES, "\n".join(_times(result.timing)) or "Not known."),
        (ACCOUNTS, "\n".join(_accounts(result.accounts)) or "None were found."),
    ]
    return f"{RULE}\n{name}\n{RULE}\n" + "\n\n".join(f"{title}\n{LINE}\n{text}" for title, text in parts)


def file_name(image: str, ending: str) -> str:
    """A name for a file of the session, safe on every system: "cup_results.json", "cup_captions.txt"."""
    name = image.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    stem = re.sub(r"[^\w-]+", "_", name.rpartition(".")[0] or name).strip("_")[:60]
    # A name has at most 255 bytes on most systems, and letters up to four; the ending needs its own.
    stem = stem.encode()[:MOST_STEM].decode(errors="ignore")
    return f"{stem or 'image'}_{ending}"


def _platform_data(one: PlatformResult) -> dict[str, Any]:
    if one.status != "completed":
        return {
            "status": one.status,
            "error": {"code": one.code, "message": one.error} if one.code or one.error else None,
            "processing_time": round(one.seconds, 3),
        }
    in_caption = one.platform in IN_CAPTION
    return {
        "status": one.status,
        "file": one.file,
        "dimensions": {"width": one.width, "height": one.height},
        "size": one.size,
        "media_type": one.media_type,
        "title": one.title,
        "caption": one.caption,
        "caption_length": count(one.caption, one.platform),
        "caption_limit": limit_of(one.platform).most,
        "first_comment": "" if in_caption else _signed(one.hashtags),
        "hashtags": [f"#{name}" for name in one.hashtags],
        "alt_text": one.alt_text,
        "posting": _timing_data(one.timing),
        "suggested_accounts": [_account_data(account) for account in one.accounts],
        "writer": one.writer,
        "product_photography": one.product_photography,
        "processing_time": round(one.seconds, 3),
    }


def _timing_data(timing: Timing | None) -> dict[str, Any] | None:
    if timing is None:
        return None
    return {
        "best_days": [DAYS[day] for day in timing.days],
        "best_times": [window_words(window) for window in timing.windows],
        "peak_engagement": timing.peak,
        "basis": timing.basis,
        "sure": timing.sure,
        "why": timing.why,
        "source": timing.source,
    }


def _account_data(account: Account) -> dict[str, Any]:
    return {
        "platform": account.platform,
        "username": account.username,
        "url": account.url,
        "why": account.why,
        "sources": [{"title": title, "url": url} for title, url in account.sources],
    }


def _content(result: PlatformResult) -> str:
    title = f"{_safe(_one_line(result.title))}\n\n" if result.title else ""
    return title + _safe(result.caption)


def _hashtags(result: PlatformResult) -> str:
    if not result.hashtags:
        return "No hashtags for this platform."
    if result.platform in IN_CAPTION:
        return f"The hashtags are in the caption: {_signed(result.hashtags)}"
    return _signed(result.hashtags)


def _signed(names: Sequence[str]) -> str:
    return " ".join(f"#{name}" for name in names)


def _info(result: PlatformResult) -> Iterator[str]:
    length, most = count(result.caption, result.platform), limit_of(result.platform).most
    yield f"Caption length: {length:,} of {most:,} characters"
    yield f"Hashtags: {len(result.hashtags)}"
    if result.file:
        size = f", {result.width} × {result.height}" if result.width else ""
        yield f"Image: {_one_line(result.file)}{size}"
    if result.alt_text:
        yield f"Alt text: {_one_line(result.alt_text)}"
    if result.writer:
        yield f"Written by: {_one_line(result.writer)}"
    yield f"Product photography: {'yes' if result.product_photography else 'no'}"


def _times(timing: Timing | None) -> Iterator[str]:
    if timing is None:
        return
    yield f"Best days: {', '.join(DAYS[day] for day in timing.days)}"
    yield f"Best times: {'; '.join(window_words(window) for window in timing.windows)}"
    yield f"Peak engagement: {timing.peak}"
    yield f"How sure: {SURE[timing.sure]}. {timing.why}"


def _accounts(accounts: Sequence[Account]) -> Iterator[str]:
    for one in accounts:
        why = f" – {_one_line(one.why)}" if one.why else ""
        yield f"@{_one_line(one.username)} ({one.platform}){why}"


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _safe(text: str) -> str:
    """A caption whose own lines cannot be taken for a heading or a rule of the file."""
    lines = []
    for line in plain(text).split("\n"):
        bare = line.strip()
        looks = bare in HEADINGS or bare in NAMES.values() or re.fullmatch(r"[-=]{20,}", bare)
        lines.append(f" {bare}" if looks else line)
    return "\n".join(lines)
