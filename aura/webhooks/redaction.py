"""What a delivery log may show of a body: its beginning, without anything that looks like a secret or an address."""

import re
from collections.abc import Iterable

MASK = "[removed]"
MAX_EXCERPT = 2_000

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
NAMES = (
    r"(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|auth(?:orization)?|cookie|session(?:id)?|credential"
    r"|signature)"
)
# Each form begins where a word does, so that long words cost linear time.
# Names and their values in JSON, forms, headers and markup; the value ends where such a value ends.
NAMED = re.compile(
    rf"(?i)(?P<name>[\"']?(?<![\w-])[\w-]{{0,40}}{NAMES}[\w-]{{0,40}}[\"']?\s*[:=]\s*)(?P<value>\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|(?:(?:bearer|basic)\s+)?[^\s\"'&,;<>}}\]]+)"
)
BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{6,}")
KNOWN_FORMS = re.compile(
    r"whsec_[\w+/=-]+|aura_\w{8,}|v1a?,[\w+/=]{20,}|(?<![\w-])eyJ[\w-]+\.[\w-]+\.?[\w-]*|\b(?:sk|pk|rk|ghp|gho|xox[bap])[-_][\w-]{10,}"
    r"|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}|-----BEGIN[^-]*PRIVATE KEY-----[\s\S]*?(?:-----END[^-]*-----|$)"
)
EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# Long runs of letters and digits are keys more often than words; ids in UUID form stay readable.
LONG = re.compile(rf"(?P<id>\b{UUID}\b)|(?<![\w+/=-])(?=[\w+/=-]*\d)[\w+/=-]{{32,}}")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def excerpt(data: bytes, known: Iterable[str] = ()) -> str:
    """The beginning of ``data`` as text, with secrets, tokens and e-mail addresses replaced by ``[removed]``.

    ``known`` are strings that must not show in any case. A secret cut by the end of ``data`` is removed by its form.
    """
    text = UNPRINTABLE.sub(" ", data[: 4 * MAX_EXCERPT].decode("utf-8", "replace"))
    for secret in known:
        if secret:
            text = text.replace(secret, MASK)
    text = KNOWN_FORMS.sub(MASK, text)
    text = BEARER.sub(MASK, text)
    text = NAMED.sub(_named, text)
    text = EMAIL.sub(MASK, text)
    text = LONG.sub(lambda found: found.group("id") or MASK, text)
    return text if len(text) <= MAX_EXCERPT else text[: MAX_EXCERPT - 1] + "…"


def _named(found: re.Match[str]) -> str:
    quote = found["value"][0] if found["value"][0] in "\"'" else ""
    return f"{found['name']}{quote}{MASK}{quote}"
