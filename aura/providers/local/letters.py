"""Names in any alphabet, mathematical letters or accents, as plain lower-case ASCII letters."""

import re
import unicodedata
from functools import lru_cache

APART = re.compile(r"[^a-z]+")
LATIN = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a"}
CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i i e g u".replace("_", "").split(
            " "
        ),
        strict=True,
    )
)
GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυω", "avgdeziiklmnxoprsstyo", strict=True)) | {
    "θ": "th",
    "φ": "f",
    "χ": "ch",
    "ψ": "ps",
}
PLAIN = str.maketrans(LATIN | CYRILLIC | GREEK)
# First names in Arabic letters: vowels are not written, so a letter-by-letter transcription would not find them.
ARABIC = {
    latin: arabic.split()
    for latin, arabic in {
        "mohammad": "محمد محمّد",
        "ali": "علی علي",
        "hossein": "حسین حسين",
        "hassan": "حسن",
        "reza": "رضا",
        "mehdi": "مهدی مهدي",
        "ahmad": "احمد أحمد",
        "amir": "امیر أمير امير",
        "saeed": "سعید سعيد",
        "hamid": "حمید حميد",
        "majid": "مجید مجيد",
        "ibrahim": "ابراهیم إبراهيم ابراهيم",
        "yousef": "یوسف يوسف",
        "khaled": "خالد",
        "omar": "عمر",
        "mustafa": "مصطفی مصطفى",
        "mahmoud": "محمود",
        "abdullah": "عبدالله عبداللّه",
        "fatemeh": "فاطمه فاطمة",
        "zahra": "زهرا زهراء",
        "maryam": "مریم مريم",
        "sara": "سارا سارة ساره",
        "zeinab": "زینب زينب",
        "aisha": "عایشه عائشة",
        "leila": "لیلا ليلى لیلی",
        "nour": "نور",
        "narges": "نرگس",
        "sahar": "سحر",
        "mina": "مینا مينا",
        "elham": "الهام إلهام",
        "samira": "سمیرا سميرة",
        "khadija": "خدیجه خديجة",
        "mona": "منا منى",
        "huda": "هدی هدى",
    }.items()
}
FROM_ARABIC = {word: latin for latin, words in ARABIC.items() for word in words}


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text, for the tables of the rules."""
    return frozenset(text.split())


def words_of(text: str) -> list[str]:
    """The words of ``text`` in plain lower-case ASCII; emoji, digits and unknown alphabets divide words."""
    return list(_words_of(text[:200]))


@lru_cache(maxsize=4096)
def _words_of(text: str) -> tuple[str, ...]:
    if text.isascii():
        return tuple(word for word in APART.split(text.lower()) if word)
    # NFKC makes letters of the fancy alphabets of profile names, NFD splits accents off.
    even = unicodedata.normalize("NFKC", text).lower().translate(PLAIN)
    even = " ".join(FROM_ARABIC.get(word, word) for word in even.split())
    bare = "".join(mark for mark in unicodedata.normalize("NFD", even) if not unicodedata.combining(mark))
    return tuple(word for word in APART.split(bare.translate(PLAIN)) if word)
