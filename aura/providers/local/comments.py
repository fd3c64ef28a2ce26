"""What comments say: feeling, question or not, praise that would fit any post, language. Lists and rules, no model.

Made to be fast (tens of thousands of comments a second), so that a million is read in a minute or two. What it gets
right is measured in ``docs/comments.md``. Negation and emphasis follow VADER (Hutto & Gilbert, ICWSM 2014).
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from aura.providers.local.letters import word_set
from aura.providers.local.lexicon import Lexicon, lexicons, stopwords
from aura.providers.local.tongues import tongue_of
from aura.providers.local.wording import Wording, grams, worded
from aura.providers.text_ports import UNCLEAR, CommentOutcome, CommentReading, CommentText

VERSION: Final = "1"
EMOJI: Final = {
    **dict.fromkeys("😍🥰😻❤♥💖💗💓💞💕💘💝🔥👏🙌💯🤩🥳🏆👑", 2.2),
    **dict.fromkeys("🧡💛💚💙💜🤎🖤🤍💐🌹✨⭐🌟💫😘😚😊☺😁😄😃😀🙂👍🎉🎊💪🙏👌😋🤤🤗😇😎🫶🥹💃🕺🤟✌🩷", 1.8),
    **dict.fromkeys("😂🤣😹😅", 0.8),
    **dict.fromkeys("😡🤬😠👎🤮🤢💩🖕😤😾", -2.4),
    **dict.fromkeys("💔😢😞😔😟😕🙁☹😣😖😫😩😒🙄😑🤡😿😓🥲", -1.6),
    **dict.fromkeys("😭", -0.9),
}
INTERNATIONAL: Final = word_set(
    "wow love nice cool amazing beautiful wonderful perfect top super bravo great awesome best omg cute hot goals "
    "queen king bad fake scam spam worst hate gorgeous stunning thanks congrats yummy"
)
NEGATED: Final = -0.7
BOOST: Final = 1.3
LOOK_BACK: Final = 3
LOOK_AHEAD: Final = 2
ENOUGH: Final = 1.0
ONE_SIDED: Final = 0.3
"""By how much one side must outweigh the other, as a share of both; below it a comment says both and is unclear."""
MOST_EMOJI: Final = 3.0
SOFTENED: Final = 0.5
"""A question with a kind word in it is first of all a question."""
SPREAD: Final = 6.0
REMEMBERED: Final = 20_000
TELLING: Final = 8
"""A text of more words of which not one is known as a feeling may say anything: unclear, unless it asks something."""


class LocalReader:
    """The reader that ships with Aura: sixteen languages and emoji; "unclear" where its lists do not know a comment."""

    name = "local"
    version = VERSION
    prompt_version = ""
    paid = False

    def read(self, comments: Sequence[CommentText]) -> Iterator[CommentOutcome]:
        """All readings in one outcome; nothing can fail."""
        yield CommentOutcome(tuple(CommentReading(one.id, *_read(one.text)) for one in comments))


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> tuple[str, float, bool, str, str]:
    words = worded(text)
    language = tongue_of(words)
    lexicon = lexicons().get(language)
    asked = is_question(text, words, lexicon)
    good, bad, known = _feelings(words, lexicon)
    if asked:
        good, bad = good * SOFTENED, bad * SOFTENED
    good, bad = _with_emoji(good, bad, words.emoji)
    total, strength = good - bad, good + bad
    score = round(total / math.sqrt(total * total + SPREAD), 3)
    sentiment = _sentiment(total, strength, words, lexicon, asked)
    praise = _praise(words, lexicon, known) if sentiment == "positive" and not asked else ""
    return sentiment, score, asked, praise, language


def _sentiment(total: float, strength: float, words: Wording, lexicon: Lexicon | None, asked: bool) -> str:
    if abs(total) >= ENOUGH and abs(total) >= ONE_SIDED * strength:
        return "positive" if total > 0 else "negative"
    if strength >= ENOUGH or (words.words and lexicon is None):
        return UNCLEAR
    return "neutral" if asked or len(words.words) <= TELLING else UNCLEAR


def _feelings(words: Wording, lexicon: Lexicon | None) -> tuple[float, float, int]:
    """(good, bad, how many words had a value) of the words alone."""
    if lexicon is not None and lexicon.anywhere is not None:
        return _anywhere(words.text, lexicon)
    values = _values(words, lexicon)
    good = bad = 0.0
    for place, value in values.items():
        weighed = value * _factor(words.words, place, lexicon)
        good, bad = (good + weighed, bad) if weighed > 0 else (good, bad - weighed)
    return good, bad, len(values)


def _values(words: Wording, lexicon: Lexicon | None) -> dict[int, float]:
    """The value of the word at each place; a run of words counts at its first one and silences the rest."""
    english = lexicons()["en"]
    found: dict[int, float] = {}
    for place, word in enumerate(words.words):
        value = lexicon.value(word) if lexicon else None
        if value is None and (word in INTERNATIONAL or lexicon is None):
            value = english.value(word)
        if value is None and words.stretched:
            value = (lexicon or english).value(_single(word))
        if value:
            found[place] = value
    for place, run in grams(words.words) if lexicon and lexicon.runs else ():
        if lexicon and run in lexicon.runs:
            for inside in range(place, place + len(run)):
                found.pop(inside, None)
            found[place] = lexicon.runs[run]
    return found


def _single(word: str) -> str:
    return "".join(char for place, char in enumerate(word) if place == 0 or char != word[place - 1])


def _factor(words: tuple[str, ...], place: int, lexicon: Lexicon | None) -> float:
    """How the words around change a value: turned round by a negation, raised by an emphasis."""
    lexicon = lexicon or lexicons()["en"]
    before = words[max(0, place - LOOK_BACK) : place]
    factor = BOOST if before and before[-1] in lexicon.boosters else 1.0
    if any(word in lexicon.negators for word in before):
        return NEGATED * factor
    if lexicon.negators_after:
        after = words[place + 1 : place + 1 + LOOK_AHEAD]
        if any(word.startswith(stem) for word in after for stem in lexicon.negators_after):
            return NEGATED * factor
    return factor


def _anywhere(text: str, lexicon: Lexicon) -> tuple[float, float, int]:
    """As :func:`_feelings`, for a language that is written without spaces."""
    good = bad = 0.0
    count = 0
    found = lexicon.anywhere.finditer(text) if lexicon.anywhere else ()
    for match in found:
        value = lexicon.values[match.group()]
        behind = text[match.end() : match.end() + 6]
        if any(negator in behind for negator in lexicon.negators_after):
            value *= NEGATED
        good, bad = (good + value, bad) if value > 0 else (good, bad - value)
        count += 1
    return good, bad, count


def _with_emoji(good: float, bad: float, emoji: tuple[str, ...]) -> tuple[float, float]:
    """Emoji add to the words; where they say the opposite of clear words they count half."""
    kind = min(MOST_EMOJI, sum(value for one in emoji if (value := EMOJI.get(one, 0.0)) > 0))
    unkind = min(MOST_EMOJI, -sum(value for one in emoji if (value := EMOJI.get(one, 0.0)) < 0))
    if bad - good >= ENOUGH:
        kind *= 0.5
    if good - bad >= ENOUGH:
        unkind *= 0.5
    return good + kind, bad + unkind


def is_question(text: str, words: Wording, lexicon: Lexicon | None) -> bool:
    """A question mark behind words, or the way a question begins or ends in its language."""
    if not words.words:
        return False
    if "?" in text or "؟" in text or "？" in text:
        return True
    if lexicon is None or "!" in text:
        return False
    if lexicon.anywhere is not None:
        ending = words.text.rstrip(" .。…")
        return ending.endswith(lexicon.ask_ends)
    first = words.words[:3]
    if first[0] in lexicon.asks or any(run in lexicon.ask_runs for _, run in grams(words.words[:4])):
        return True
    last = words.words[-1]
    return bool(lexicon.ask_ends) and (last in lexicon.ask_ends or (len(last) > 2 and _ends(last, lexicon)))


def _ends(word: str, lexicon: Lexicon) -> bool:
    return lexicon.language == "ko" and word.endswith(lexicon.ask_ends)


def _praise(words: Wording, lexicon: Lexicon | None, known: int) -> str:
    """Generic where nothing is said that would not fit any other post."""
    if not words.words:
        return "generic"
    if lexicon is not None and lexicon.anywhere is not None:
        left = lexicon.anywhere.sub("", "".join(words.words))
        return "generic" if len(left) <= 4 else "specific"
    lexicon = lexicon or lexicons()["en"]
    plain = lexicon.fillers | lexicon.boosters | lexicon.negators
    said = [word for word in words.words if word not in plain and _tells(word) and lexicon.value(word) is None]
    content = [word for word in said if word not in INTERNATIONAL and word not in stopwords(lexicon.language)]
    return "specific" if content and len(words.words) > known else "generic"


def _tells(word: str) -> bool:
    """Two letters of an alphabet without short words, as of Korean, may name a thing."""
    return len(word) > 2 or (len(word) == 2 and not word.isascii())
