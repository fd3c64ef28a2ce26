"""Which lists of words stand in a text."""

from collections.abc import Collection, Iterator
from typing import Final

from aura.wording.folding import squeezed, turned, views
from aura.wording.tables import patterns, squeezed_patterns

TURNED_FROM: Final = 4
"""Words read backwards or turned must have this many letters to count."""


def forbidden(text: str, language: str, codes: Collection[str], *, turned_too: Collection[str]) -> Iterator[str]:
    """The codes, of those asked for, of the lists whose words stand in a text, in any spelling that hides them.

    A code may come more than once. ``language`` is the ISO 639-1 code that the text is to be in; ``turned_too`` are the
    codes that count backwards and in ROT13 as well.
    """
    wanted = {code: pattern for code, pattern in patterns(language).items() if code in codes}
    searched = tuple(views(text))
    for code, pattern in wanted.items():
        if any(pattern.search(view) for view in searched):
            yield code
    single = squeezed(text)
    for code, pattern in squeezed_patterns(language).items() if single else ():
        if code in codes and pattern.search(single):
            yield code
    for view in turned(text):
        for code in wanted.keys() & set(turned_too):
            if any(len(found[0]) >= TURNED_FROM for found in wanted[code].finditer(view)):
                yield code
