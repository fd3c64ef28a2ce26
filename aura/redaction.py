"""Takes secrets and personal text out of what is written to a log or sent to an error tracker (M10).

By the name of a field where it has one, else by the form of the value. What it cannot know, such as a person's name in
the middle of a sentence, must not be logged in the first place.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

MASK = "[removed]"
MOST = 20_000

SENSITIVE = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth(?:orization)?"
    r"|cookie|session(?:[_-]?(?:id|key))?|credential|signature|dsn|otp|recovery[_-]?code"
)
PERSONAL = (
    r"e[_-]?mail|user[_-]?name|full[_-]?name|first[_-]?name|last[_-]?name|biography|bio|caption|comment(?:[_-]?text)?"
    r"|phone|ip|ip[_-]?address|remote[_-]?addr|x[_-]forwarded[_-]for|user[_-]?agent"
)
SECRET_NAME = re.compile(rf"(?i)(?:^|[_\-. ])(?:\w{{0,20}}[_-])?(?:{SENSITIVE})s?$")
PERSONAL_NAME = re.compile(rf"(?i)(?:^|[_\-.])(?:{PERSONAL})$")

# name=value and "name": "value" inside of a text; the value ends where such a value ends.
NAMED = re.compile(
    rf"(?i)(?P<name>[\"']?(?<![\w-])(?:[\w-]{{0,40}}[_-])?(?:{SENSITIVE})s?[\"']?\s*(?:=>|[:=])\s*)"
    r"(?P<value>b?\"(?:[^\"\\]|\\.)*\"?|b?'(?:[^'\\]|\\.)*'?|(?:(?:bearer|basic|token)\s+)?[^\s\"'&,;<>{}()\[\]]+)"
)
COOKIE = re.compile(r"(?i)\b((?:set-)?cookie[\"']?\s*[:=]\s*)[\"']?[^\n\"']+")
FORMS = re.compile(
    r"(?i:\b(?:bearer|basic)\s+[\w.~+/=-]{6,})"
    r"|(?<![\w-])eyJ[\w-]{5,}\.[\w-]+\.?[\w-]*"
    r"|\baura_(?=\w*\d)[A-Za-z0-9_-]{12,}|\bwhsec_[\w+/=-]+"
    r"|\bapify_api_\w{10,}|\bAIza[\w-]{20,}|\bya29\.[\w.-]{10,}|\bsk-[\w-]{12,}|\br8_\w{12,}"
    r"|\bshp(?:at|ca|pa|ss|tka)_\w{10,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bEAA[A-Za-z0-9]{20,}|\bIG(?:QV|AA)[\w-]{20,}"
    r"|\b(?:gh[pousr]|glpat|xox[abps])[-_][\w-]{10,}|\bhv[sbr]\.[\w-]{8,}|\bgAAAAA[\w-]{20,}={0,2}"
    r"|-----BEGIN[^-]*PRIVATE KEY-----[\s\S]*?(?:-----END[^-]*-----|$)"
)
# Random strings without a name: 40 characters as an S3 secret has, or 32 and more, of mixed case with digits.
RANDOM = re.compile(
    r"(?<![A-Za-z0-9/+_.-])(?=[A-Za-z0-9/+]*\d)(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])[A-Za-z0-9/+]{40}"
    r"(?![A-Za-z0-9/+_.-])"
    r"|(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{32,}(?![\w-])"
)
LOGIN_IN_URL = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)[^\s/@'\"]*@", re.IGNORECASE)
# PostgreSQL repeats the values of a row, or the statement with its values.
ROW = re.compile(r"(?m)^(?P<label>\s*(?:DETAIL|CONTEXT|LINE \d+):).*(?:\n\s*\^)?")
EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
HANDLE = re.compile(r"(?<![\w.+%-])@[A-Za-z0-9_.]{1,30}")
PROFILE = re.compile(r"(?i)(instagram\.com/)[^\s\"'<>?#]+")

PLAIN = (bool, int, float, type(None), UUID, datetime, date, timedelta, Decimal)


def _named(found: re.Match[str]) -> str:
    value = found["value"].lstrip("b")
    quote = value[:1] if value[:1] in {'"', "'"} else ""
    return f"{found['name']}{quote}{MASK}{quote}"


def without_secrets(text: str) -> str:
    """``text`` with secrets replaced by ``[removed]``; names of people stay."""
    # Cut twice, or the beginning of a secret at the edge would not be known as one.
    text = text[: 2 * MOST]
    text = LOGIN_IN_URL.sub(rf"\g<scheme>{MASK}@", text)
    text = FORMS.sub(MASK, text)
    text = COOKIE.sub(rf"\g<1>{MASK}", text)
    text = NAMED.sub(_named, text)
    text = RANDOM.sub(MASK, text)
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def clean_text(text: str) -> str:
    """``text`` without secrets, e-mail addresses, @names and what PostgreSQL repeats of a row."""
    text = without_secrets(ROW.sub(rf"\g<label> {MASK}", text))
    return HANDLE.sub(MASK, PROFILE.sub(rf"\g<1>{MASK}", EMAIL.sub(MASK, text)))


def clean(value: Any, name: str = "") -> Any:
    """``value`` as it may be logged under ``name``: masked by the name, or cleaned in depth."""
    if isinstance(value, PLAIN):
        return value
    if name and (SECRET_NAME.search(name) or PERSONAL_NAME.search(name)):
        return MASK if value else value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bytes | bytearray):
        return clean_text(bytes(value).decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(inner) for inner in value]
    return clean_text(repr(value))


def redact(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The last processor before a line is written."""
    return {key: clean(value, key) for key, value in event.items()}
