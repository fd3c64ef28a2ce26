"""Whether somebody in a picture may be under 18, from its faces and from what is written beside it; and what follows.

The bar is low on purpose: a grown-up who is praised for the picture alone has lost little.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from aura.providers.local.letters import word_set
from aura.providers.local.scenes import Scene
from aura.providers.local.wording import folded

INSTEAD: Final[Mapping[str, str]] = {"romantic": "supportive"}
NOTE: Final = "minor_neutral"
WORDS: Final = word_set("""
    kid kids child children childhood toddler toddlers baby babies newborn infant schoolgirl schoolboy preschool
    kindergarten kindergartner daughter daughters teen teens teenager teenage preteen underage
    highschool freshman sophomore homecoming prom quinceanera firstgrade kinder junge maedchen kleinkind saeugling
    grundschule einschulung schulkind tochter sohn toechter soehne jugendliche teenies enkel enkelin
    nino nina ninos ninas bebe bebes hijo hija hijos hijas escuela colegio adolescente adolescentes quinceanos
    enfant enfants fille fillette garcon bambin fils ecole lycee adolescents
    bambino bambina bambini bambine bimbo bimba figlio figlia figli figlie neonato ragazzina ragazzino liceo asilo
    crianca criancas menino menina meninos meninas filho filha filhos filhas escola
    grandson granddaughter grandkids nephew niece sixteen seventeen thirteen fourteen fifteen
""")
TAGS: Final = tuple(sorted(word for word in WORDS if len(word) >= 5 and word not in {"fille", "junge"}))
STARTS: Final = ("#baby", "#kids", "#teen")
AGE: Final = re.compile(
    r"\b(?:turn(?:s|ed|ing)?|age[ds]?|bin|cumpl\w+|tengo|tiene|j'ai|ho|compi\w+|fa[cz]\w*|tenho|tem|i'?m|is|am)\s+"
    r"(?:jetzt\s+|now\s+)?(?:[1-9]|1[0-7])\b(?!\s*(?:%|k\b|km|miles|minutes|stars|[.,:]\d))"
    r"|\b(?:[1-9]|1[0-7])[\s-]*(?:yo\b|y/o|years?[\s-]old|jahre\b|jaehrig\w*|anos\b|ans\b|anni\b|th birthday)"
    r"|\b(?:[1-9]|1[0-2])(?:st|nd|rd|th) grade\b|\bsweet 16\b|\b(?:my|our|his|her|little) sons?\b"
)


def minor_in_words(*texts: str) -> bool:
    """Whether a caption, hashtag or alt text speaks of a child or of an age under 18 (six languages)."""
    for text in texts:
        plain = folded(text[:4000])
        words = re.findall(r"\w+", plain)
        if WORDS.intersection(words) or AGE.search(plain):
            return True
        tags = [word for word in plain.split() if word.startswith("#")]
        if any(part in tag for tag in tags for part in TAGS) or any(tag.startswith(STARTS) for tag in tags):
            return True
    return False


def minor_in_scenes(scenes: Iterable[Scene]) -> bool:
    """Whether a face of any picture may be under 18."""
    return any(scene.possible_minor for scene in scenes)


def choose_style(style: str, possible_minor: bool) -> tuple[str, tuple[str, ...]]:
    """The style to write in, and notes for the page.

    With a possible minor never romantic, and always with the note ``minor_neutral``: only the picture may be praised.
    """
    if not possible_minor:
        return style, ()
    return INSTEAD.get(style, style), (NOTE,)
