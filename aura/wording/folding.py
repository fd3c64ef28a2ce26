"""One text in the several spellings under which a forbidden word may hide."""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from aura.providers.local.letters import words_of
from aura.providers.local.wording import folded

# Letters of other alphabets that look like Latin ones (from Unicode's confusables, UTS 39, the common ones).
ALIKE: Final = str.maketrans(
    dict(zip("авекмнорстухіјѕһԁԛԝɡաոսօ", "abekmhopctyxijshdqwganuo", strict=True))
    | dict(zip("αβεηικνορτυχωϲγ", "abenikvoptuxwcy", strict=True))
    | dict(zip("ɑɩɪᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "aiiabcdefghjklmnoprstuvwyz", strict=True))
)
LEET: Final = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s"})
OTHER_LEET: Final = str.maketrans({"1": "l", "!": "i", "|": "i", "+": "t", "€": "e", "(": "c", "9": "g", "6": "b"})
SPACED: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_][\W_]{1,2}){2,}[^\W\d_](?![^\W_])")
WIDELY: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_][\W_]{1,5}){2,}[^\W\d_](?![^\W_])")
STARRED: Final = re.compile(r"(?<=\w)[*#_.·•~-]+(?=\w)")
REPEATED: Final = re.compile(r"([^\W\d_])\1+")
STRETCHED: Final = re.compile(r"([^\W\d_])\1\1")
HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
MOST: Final = 4000


def visible(text: str) -> str:
    """The text in NFKC without what no eye sees: zero-width letters, tags, turned directions, controls."""
    plain = HIDDEN.sub("", unicodedata.normalize("NFKC", text[:MOST]))
    return "".join(char if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"} else " "
                   for char in plain)  # fmt: skip


def spaced(text: str) -> str:
    """Words divided by single spaces; hyphens and apostrophes divide as well."""
    return " ".join(re.findall(r"[^\W_]+", text))


def views(text: str) -> Iterator[str]:
    """Every spelling that is to be searched: as written, without accents, look-alikes, digits as letters, joined."""
    seen: set[str] = set()
    for view in _views(text):
        if view not in seen:
            seen.add(view)
            yield view


def _views(text: str) -> Iterator[str]:
    plain = visible(text)
    for base in (folded(plain), bare(plain), bare(plain.casefold().translate(ALIKE)), bare(plain.translate(LEET))):
        yield spaced(base)
        yield spaced(SPACED.sub(_together, base))
        yield spaced(WIDELY.sub(_together, base))
        yield spaced(STARRED.sub("", base))
        yield spaced(REPEATED.sub(r"\1", base))
        yield spaced(REPEATED.sub(r"\1\1", base))
    leet = bare(plain.casefold().translate(ALIKE).translate(LEET).translate(OTHER_LEET))
    yield spaced(leet)
    yield spaced(REPEATED.sub(r"\1", leet))
    yield spaced(SPACED.sub(_together, leet))
    yield " ".join(letters for word in plain.split() for letters in words_of(word))


def _together(found: re.Match[str]) -> str:
    return re.sub(r"[\W_]", "", found[0])


def squeezed(text: str) -> str:
    """The text with every run of a letter as one, "" where nothing in it is stretched."""
    plain = bare(visible(text).casefold().translate(ALIKE))
    return spaced(REPEATED.sub(r"\1", plain)) if STRETCHED.search(plain) else ""


def turned(text: str) -> Iterator[str]:
    """The text backwards and in ROT13, for words that are foul in any reading."""
    plain = bare(visible(text))
    yield spaced(plain[::-1])
    yield spaced(codecs.encode(plain, "rot13"))
    yield spaced(bare(codecs.encode(visible(text), "rot13")))


def bare(text: str) -> str:
    """Lower case, marks taken off: "ü" is "u" here and "ue" in :func:`folded`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))
