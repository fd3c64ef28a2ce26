"""The verdict on one compliment. Nothing of it depends on what a model was told."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from aura.providers.writer_ports import TONES, Compliment
from aura.wording import forbidden
from aura.wording.folding import HIDDEN, visible
from aura.wording.tables import patterns
from compliments.guard.addresses import addresses, escaped
from compliments.guard.echoes import ORDERS_RUN, STRANGERS_RUN, repeats
from compliments.guard.facts import BriefFacts
from compliments.guard.tongue import mixed_scripts, wrong_language

MOST_LETTERS: Final[Mapping[str, int]] = {"short": 200, "medium": 420, "long": 900}
MOST_WORDS_MINIMAL: Final = 12
MINORS_ONLY: Final = frozenset({"minor_body", "minor_romantic"})
EMOJI_JOINERS: Final = ("\u200d", "\ufe0f", "\ufe0e")
REASONS: Final[Mapping[str, str]] = {
    "profanity": "It contains a swear word.",
    "slur": "It contains a slur.",
    "insult": "It puts somebody or something down.",
    "threat": "It contains a threat or violence.",
    "sexual": "It is sexual.",
    "promotion": "It advertises or asks for something.",
    "protected_trait": "It speaks of origin, faith, health, sexuality, politics or age.",
    "body": "It remarks on somebody's body.",
    "minor_body": "Somebody in the picture may be under 18, so looks are not spoken of.",
    "minor_romantic": "Somebody in the picture may be under 18, so nothing romantic is said.",
    "comparison": "It compares people.",
    "prompt_echo": "It speaks of instructions instead of the picture.",
    "echo": "It repeats the caption's sentences.",
    "link": "It contains a link.",
    "email": "It contains an e-mail address.",
    "phone": "It contains a telephone number.",
    "mention": "It mentions an account that is not the author's.",
    "hashtag": "It contains a hashtag that the post does not have.",
    "markup": "It contains markup.",
    "gibberish": "It contains a word that is no word.",
    "hidden_characters": "It contains hidden characters.",
    "mixed_script": "It mixes alphabets inside a word.",
    "wrong_language": "It is not in the language that was asked for.",
    "too_long": "It is too long.",
    "empty": "It is empty.",
    "tones": "Its tones are not percents that sum to 100.",
}
"""Every code with the words of the page."""


def check(compliment: Compliment, facts: BriefFacts) -> Compliment:
    """The compliment with its verdict, ``ok`` or ``refused``, and the codes of all that was found (see ``REASONS``).

    The text comes back in NFKC, on one line, without the sign of the author's handle and of the post's own hashtags.
    References to pictures that do not exist fall away. A refusal stays one.
    """
    text = " ".join(visible(compliment.text).split())
    text, ways = escaped(text, facts)
    reasons = dict.fromkeys((*compliment.reasons, *ways, *_found(compliment, text, facts)))
    refused = compliment.verdict != "ok" or bool(reasons)
    references = tuple(one for one in compliment.references if one.image == 0 or one.image in facts.pictures)
    kept = tuple(one for one in references if not _shown_badly(one.what, facts))
    return replace(
        compliment,
        text=text,
        references=kept,
        verdict="refused" if refused else "ok",
        reasons=tuple(reasons),
    )


def forbidden_words(text: str, facts: BriefFacts) -> Iterator[str]:
    """The codes of the lists whose words stand in a text, in any spelling that hides them."""
    codes = patterns(facts.language).keys() - (frozenset() if facts.possible_minor else MINORS_ONLY)
    yield from forbidden(text, facts.language, codes, turned_too=codes - MINORS_ONLY)


def _found(compliment: Compliment, text: str, facts: BriefFacts) -> Iterator[str]:
    if not any(char.isalpha() for char in text):
        yield "empty"
        return
    if _is_hidden(compliment.text):
        yield "hidden_characters"
    if mixed_scripts(text):
        yield "mixed_script"
    yield from forbidden_words(compliment.text, facts)
    yield from addresses(text)
    if any(repeats(text, source, STRANGERS_RUN) for source in facts.material):
        yield "echo"
    if repeats(text, facts.orders, ORDERS_RUN):
        yield "prompt_echo"
    if wrong_language(text, facts.language):
        yield "wrong_language"
    if _is_too_long(text, facts):
        yield "too_long"
    if facts.possible_minor and (facts.style == "romantic" or compliment.tones.get("romantic", 0)):
        yield "minor_romantic"
    if not _are_tones(compliment.tones):
        yield "tones"


def _is_hidden(text: str) -> bool:
    """Whether there are letters that nobody sees; what joins emoji is none."""
    return any(char not in EMOJI_JOINERS for char in HIDDEN.findall(text))


def _is_too_long(text: str, facts: BriefFacts) -> bool:
    if facts.style == "minimal":
        return len(text.split()) > MOST_WORDS_MINIMAL
    return len(text) > MOST_LETTERS.get(facts.length, MOST_LETTERS["medium"])


def _are_tones(tones: Mapping[str, int]) -> bool:
    values = list(tones.values())
    whole = all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100 for value in values)
    return whole and sum(values) == 100 and set(tones) <= set(TONES)


def _shown_badly(what: str, facts: BriefFacts) -> bool:
    """References are shown on the page as well."""
    return any(True for _ in forbidden_words(what, facts)) or any(True for _ in addresses(visible(what)))
