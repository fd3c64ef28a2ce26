"""What a person's name, user name and own words say about gender, as log-odds for "woman"."""

import math
import re
from dataclasses import dataclass
from typing import Final

from aura.providers.local.letters import word_set, words_of
from aura.providers.local.name_table import FirstName, first_names
from aura.providers.ports import ProfileEvidence

# How far a name is trusted by where it stands; the numbers are judgement, not measurement. A full name is written to be
# read as one; a user name may be a brand, a pet or a word; a name glued to other letters may be no name at all.
WEIGHTS: Final = {"full_name": 0.9, "second_name": 0.6, "username": 0.6, "username_start": 0.45}
MAGNITUDE: Final = (0.0, 0.5, 0.7, 0.9, 1.0, 1.0, 1.0)
MOST: Final = 4.0
GLUED_FROM: Final = 5
GLUED_SHARE: Final = 0.95
GLUED_MAGNITUDE: Final = 5
LEAD: Final = re.compile(r"^(its|iam|im|the|real|hey|just|official)(?=.{4})")
TITLES: Final = word_set("dr prof professor eng ing sheikh haji seyed sayed sayyed st don the i am im its iam")
# Words that some people bear as a name and most use as a word. Never read as a name.
WORDS: Final = word_set(
    "love life just real my your our art photo star sky sun moon baby music food travel fit fitness team club shop "
    "store king queen angel may june april summer winter autumn sunny happy lucky little big best new old blue black "
    "white red gold silver rain river ocean forest world home house garden studio daily news fashion style beauty "
    "sweet cute cool wild free dream magic storm fire ice snow joy hope faith grace peace de la el le du da di van von "
    "bin ibn al abu um mc san santa not no yes one two user page fan fans mark price sale so an in on at by to"
    " princess prince boss mr mrs miss ms sir lady girl boy man men woman women mom mum dad papa mama"
)
SPOKEN: Final = {
    **dict.fromkeys(word_set("mrs miss ms lady mme mlle frau senora sra signora"), 2.6),
    **dict.fromkeys(word_set("mr sir herr senor"), -2.6),
    **dict.fromkeys(word_set("girl girls queen princess mom mum mama mommy mummy chica wife madre mutter maman"), 1.8),
    **dict.fromkeys(word_set("boy king prince dad daddy papa father husband guy bro padre vater"), -1.8),
}
PRONOUNS: Final = (
    (re.compile(r"\bshe\s*/\s*(her|they)|\bella\s*/|\belle\s*/\s*la\b|\bона\s*/", re.I), 3.2),
    (re.compile(r"\bhe\s*/\s*(him|they)|\bél\s*/|\bele\s*/\s*dele\b|\bон\s*/", re.I), -3.2),
)
BIO: Final = (
    (re.compile(r"\b(mom|mum|mama|mother|wife|mamá|mãe|maman) (of|to|de)\b", re.I), 2.4),
    (re.compile(r"\b(dad|daddy|father|husband|papá|pai) (of|to|de)\b", re.I), -2.4),
)


@dataclass(frozen=True, slots=True)
class NameReading:
    """``log_odds`` is for "woman" (positive) against "man", already weighted by how far its ``source`` is trusted.

    ``woman`` is the share of women among the bearers where a name was found.
    """

    source: str
    log_odds: float
    woman: float | None = None


def read_name(profile: ProfileEvidence) -> NameReading | None:
    """The first name that the profile shows: in the full name, else in the user name; None where there is none."""
    return _from_full_name(words_of(_in_order(profile.full_name))) or _from_username(words_of(profile.username))


def read_self_description(profile: ProfileEvidence) -> NameReading | None:
    """Pronouns and family words that people put into their profile about themselves; None where there are none."""
    text = f"{profile.full_name[:200]} {profile.bio[:1000]}"
    said = [(source, odds) for source, rules in (("pronouns", PRONOUNS), ("bio", BIO)) for rule, odds in rules
            if rule.search(text)]  # fmt: skip
    if said and len({odds > 0 for _, odds in said}) == 1:
        return NameReading(*max(said, key=lambda one: abs(one[1])))
    return None


def _in_order(full_name: str) -> str:
    last, comma, first = full_name.partition(",")
    return f"{first} {last}" if comma and first.strip() and " " not in last.strip() else full_name


def _from_full_name(words: list[str]) -> NameReading | None:
    spoken = SPOKEN.get(words[0]) if words else None
    if spoken is not None:
        return NameReading("title", spoken)
    names = [word for word in words if len(word) > 1 and word not in TITLES]
    for position, word in enumerate(names[:2]):
        found = _look_up(word)
        if found:
            return _weighted("full_name" if position == 0 else "second_name", found)
    return None


def _from_username(words: list[str]) -> NameReading | None:
    if words and words[0] in SPOKEN:
        return NameReading("title", SPOKEN[words[0]] * WEIGHTS["username"])
    found = [name for word in words[:3] if len(word) > 2 and (name := _look_up(word)) and name.magnitude >= 3]
    if found:
        return _weighted("username", max(found, key=lambda name: name.magnitude))
    for word in words[:2]:
        start = _at_start(LEAD.sub("", word))
        if start:
            return _weighted("username_start", start)
    return None


def _look_up(word: str) -> FirstName | None:
    return None if word in WORDS or word in TITLES else first_names().get(word)


def _at_start(word: str) -> FirstName | None:
    """The longest frequent and unambiguous name that ``word`` begins with (``mariagarcia``)."""
    for length in range(min(len(word), 12), GLUED_FROM - 1, -1):
        found = _look_up(word[:length])
        if found and found.magnitude >= GLUED_MAGNITUDE:
            sure = found.woman >= GLUED_SHARE or found.woman <= 1 - GLUED_SHARE
            return found if sure else None
    return None


def _weighted(source: str, found: FirstName) -> NameReading:
    share = min(max(found.woman, 0.001), 0.999)
    log_odds = min(max(math.log(share / (1 - share)), -MOST), MOST)
    return NameReading(source, log_odds * WEIGHTS[source] * MAGNITUDE[found.magnitude], found.woman)
