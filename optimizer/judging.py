"""Which of a model's texts are not fit to post under a brand's name, decided in code. Pure.

Swear words and slurs never are. What else the lists know is harmless of things ("slim fit", "a die-cut label", "leaves
skin soft") and not of people, so it counts in sentences that speak of a person.
"""

import re
from collections.abc import Iterator
from typing import Final

from aura.providers.local.letters import word_set
from aura.wording import forbidden
from aura.wording.folding import bare, spaced, visible

ALWAYS: Final = frozenset({"profanity", "slur"})
OF_PEOPLE: Final = frozenset({"sexual", "insult", "threat", "body", "protected_trait", "comparison"})
OF_SEEN_PEOPLE: Final = frozenset({"sexual", "insult", "threat"})
"""A description for people who cannot see the picture may say what somebody looks like."""
HOME: Final = "doxxing"
PERSON: Final = word_set("""
    she her hers herself he him his himself woman women man men girl girls boy boys lady ladies guy guys child children
    kid kids baby babies teenager mother father daughter son person people
    frau frauen mann maenner manner maedchen madchen junge jungs dame herr kind kinder
    mujer mujeres hombre hombres chica chicas chico chicos nina nino senora senor ella madre padre
    femme femmes homme hommes fille filles garcon garcons dame monsieur enfant elle mere pere
    donna donne uomo uomini ragazza ragazze ragazzo ragazzi bambina bambino lei lui signora madre padre
    mulher mulheres homem homens menina menino moca rapaz garota garoto ela ele senhora senhor mae pai
""")
SENTENCES: Final = re.compile(r"[.!?…\n]+")
STREET: Final = re.compile(
    r"\b\d{1,4}[a-z]?,?\s(?:[\w'’.-]+\s){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|boulevard|blvd|court|terrace)\b"
    r"|\b[\w-]{3,}(?:straße|strasse|str\.|weg|gasse|allee|platz)\s?\d{1,4}\b"
    r"|\b(?:calle|avenida|carrer|plaza|rua|via|viale|piazza|corso)\s(?:[\w'’.-]+\s){1,4}\d{1,4}\b"
    r"|\b\d{1,4}\s?(?:bis|ter)?,?\s(?:rue|avenue|boulevard|place|chemin|impasse)\s(?:de\s|du\s|des\s|la\s|l['’])?\w+",
    re.IGNORECASE,
)


def unfit(text: str, language: str = "en", *, known: str = "", seen: bool = False) -> tuple[str, ...]:
    """The codes of all that stands against a text, () where it may be posted.

    ``language`` is the ISO 639-1 code it was asked for in; ``known`` are the user's own words, whose addresses may be
    repeated; ``seen`` is for descriptions of the picture.
    """
    found = dict.fromkeys(forbidden(text, language, ALWAYS, turned_too=()))
    of_people = OF_SEEN_PEOPLE if seen else OF_PEOPLE
    for sentence in SENTENCES.split(visible(text)):
        if _speaks_of_people(sentence):
            found |= dict.fromkeys(forbidden(sentence, language, of_people, turned_too=()))
    if any(address not in _plain(known) for address in _addresses(text)):
        found[HOME] = None
    return tuple(found)


def is_foul(hashtag: str) -> bool:
    """Whether a hashtag is or holds a swear word or a slur."""
    return any(True for _ in forbidden(hashtag.replace("_", " "), "", ALWAYS, turned_too=()))


def _speaks_of_people(sentence: str) -> bool:
    return any(word in PERSON for word in spaced(bare(sentence)).split())


def _addresses(text: str) -> Iterator[str]:
    for match in STREET.finditer(visible(text)):
        yield _plain(match[0])


def _plain(text: str) -> str:
    return spaced(bare(visible(text)))
