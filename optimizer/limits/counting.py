"""How X counts: twitter-text, configuration 3 (Apache-2.0, https://github.com/twitter/twitter-text).

280 in all; a character of the Latin and most other alphabets is 1, any other (Chinese, Japanese, Korean) is 2; an
emoji is 2 however many code points it has; a link is 23 however long it is. Counted in NFC.
"""

import re
import unicodedata
from typing import Final

from optimizer.limits.graphemes import graphemes

LINK_WEIGHT: Final = 23
HEAVY: Final = 2
LIGHT: Final = (range(4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))
ENDINGS: Final = (
    "com|net|org|edu|gov|info|biz|io|co|me|ly|gg|tv|app|dev|shop|store|site|online|xyz|top|club|link|live|page|ai|art"
    "|blog|cafe|design|news|photo|studio|style|world|de|es|fr|it|pt|br|uk|us|eu|ru|cn|in|at|ch|nl|pl|be|to|cc|jp|kr|ca"
    "|au|mx|ar|se|no|dk|fi|cz|ie|nz|tr|ir|za"
)
LINK: Final = re.compile(
    rf"https?://[^\s<>\"]+|(?<![@\w.#$/-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{ENDINGS})\b(?![.@\w-])(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
TAIL: Final = ".,;:!?'\")]}…"
EMOJI: Final = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u2190-\u21ff\u3030\u303d\u3297\u3299\u00a9\u00ae"
    "\u203c\u2049\u2122\u2139\u24c2\u25aa-\u25fe\u2934\u2935]"
)
KEYCAP: Final = "\u20e3"
SHOWN: Final = "\ufe0f"


def links(text: str) -> list[tuple[int, int]]:
    """Where links stand, without the signs after them that end a sentence."""
    found = []
    for match in LINK.finditer(text):
        end = match.end()
        while end > match.start() and text[end - 1] in TAIL:
            end -= 1
        found.append((match.start(), end))
    return found


def weighted(text: str) -> int:
    """The weight of a text on X; at most 280 may be posted."""
    plain = unicodedata.normalize("NFC", text)
    total, place = 0, 0
    for start, end in links(plain):
        total += _weight(plain[place:start]) + LINK_WEIGHT
        place = end
    return total + _weight(plain[place:])


def _weight(text: str) -> int:
    return sum(HEAVY if _is_emoji(one) else sum(_letter(char) for char in one) for one in graphemes(text))


def _is_emoji(cluster: str) -> bool:
    """Whether it counts as one emoji; ©, ® and arrows only where they are asked to be shown as such."""
    if len(cluster) == 1:
        return ord(cluster) >= 0x1F000 and EMOJI.match(cluster) is not None
    return KEYCAP in cluster or (EMOJI.match(cluster) is not None and (cluster[0] > "\uffff" or SHOWN in cluster))


def _letter(char: str) -> int:
    return 1 if any(ord(char) in light for light in LIGHT) else HEAVY
