"""What people write under the posts."""

from random import Random

from audience.sample.people import Person
from audience.sample.words import words_of

ROASTS = ("Yirgacheffe", "Sidama", "Huila", "Kiambu", "House Espresso", "Decaf Huila")
BREWS = ("V60", "AeroPress", "Chemex", "Moka", "French Press")
EMOJI = ("☕", "❤️", "😍", "🔥", "🙌", "👏", "😋", "✨", "🤎", "💛", "😂", "🥰", "👌🏽", "🌱", "🫘", "💯", "🙏🏻")
SPAM = (
    "Promote it on @feature.quollbrick.page 📩",
    "DM us, we want to collab with you 💌 @brand.quollbrick",
    "I earned $4,500 in one week thanks to @trader_velnorix, ask her how 📈📈",
    "Follow me back 🔥🔥🔥",
    "Get 10k followers now 👉 link in bio",
    "Send this on @coffee.quollbrick.hub",
    "Gana dinero desde casa, escribe a @dinero_velnorix 💰",
    "Verdiene 300€ am Tag von zu Hause, schreib mir 💶",
    "Ganhe dinheiro em casa, chama no direct 💸",
    "Nice pic! Check my profile 😘",
)
OFFERS = {
    "business": ("We would love to serve this in our shop", "Sending you a message about a wholesale order"),
    "creator": ("Saved for my next video", "Filming a review of this one tomorrow"),
    "fan_page": ("Reposted with credit", "Posting this on our page today, followers will love it"),
}


def emoji_run(random: Random) -> str:
    """One to four emoji, often the same one again."""
    kinds = random.sample(EMOJI, random.choice((1, 1, 2)))
    return "".join(random.choices(kinds, k=random.choice((1, 1, 2, 3, 4))))


def comment_text(random: Random, person: Person, friends: list[str], giveaway: bool) -> str:
    """A comment by `person`; `friends` are user names to mention. "" stands for a comment that is only a GIF."""
    if person.persona == "suspected_bot" and random.random() < 0.85:
        return random.choice(SPAM)
    language = person.language if random.random() < 0.9 else "en"
    if giveaway and random.random() < 0.75:
        return _filled(random, random.choice(words_of(language).giveaway), friends)
    if person.persona in OFFERS and random.random() < 0.35:
        return f"{random.choice(OFFERS[person.persona])} {emoji_run(random)}"
    chance = random.random()
    if chance < 0.03:
        return ""
    if chance < 0.12:
        return emoji_run(random)
    if chance < 0.17:
        return f"@{random.choice(friends)} {emoji_run(random)}"
    if chance < 0.29:
        return f"{random.choice(words_of(language).short)} {emoji_run(random)}"
    return _sentences(random, language, friends)


def _sentences(random: Random, language: str, friends: list[str]) -> str:
    words = words_of(language)
    wanted = 2 if random.random() < 0.3 else 1
    text = ""
    for sentence in random.sample(words.comments, wanted):
        stop = "" if sentence[-1] in "?？؟" else random.choice((".", "!", "." if wanted == 2 else ""))
        stop = {".": "。", "!": "！"}.get(stop, stop) if language == "ja" else stop
        text += ("" if not text or language == "ja" else " ") + sentence + stop
    text = _filled(random, text, friends)
    chance = random.random()
    if chance < 0.07:
        return f"@{random.choice(friends)} {text}"
    return f"{text} {emoji_run(random)}" if chance < 0.4 else text


def reply_text(random: Random, person: Person, to: str) -> str:
    """An answer by `person` to the comment of the user `to`."""
    text = random.choice(words_of(person.language).replies)
    start = f"@{to} " if random.random() < 0.7 else ""
    return f"{start}{text}{random.choice(('', '', '!', ' ' + random.choice(EMOJI)))}"


def _filled(random: Random, text: str, friends: list[str]) -> str:
    while "{friend}" in text:
        text = text.replace("{friend}", "@" + random.choice(friends), 1)
    return text.replace("{roast}", random.choice(ROASTS)).replace("{brew}", random.choice(BREWS))
