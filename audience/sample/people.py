"""The 2,000 invented people of the sample: who they are, what they call themselves, what their picture shows."""

from dataclasses import dataclass
from random import Random

from audience.sample.words import LANGUAGES, Name, seeded, words_of

COUNT = 2000
PICTURES = "https://pictures.example"
DEFAULT_PICTURE = "default.jpg"
LONG_ID = 9_007_199_254_740_993  # 2**53 + 1: neighbours fall together when read as floating point
PERSONAS = {"person": 76, "creator": 8, "business": 6, "fan_page": 4, "suspected_bot": 6}
ART = {
    "person": {"face": 45, "default": 26, "landscape": 11, "object": 9, "initials": 9},
    "creator": {"face": 75, "logo": 15, "object": 10},
    "business": {"logo": 75, "object": 15, "landscape": 10},
    "fan_page": {"object": 50, "logo": 30, "initials": 20},
    "suspected_bot": {"default": 50, "face": 25, "landscape": 25},
}
AGES = {15: 5, 21: 18, 29: 30, 39: 21, 49: 13, 59: 8, 70: 5}
TRADES = ("bakery", "ceramics", "roastery", "studio", "bikes", "yoga", "books", "cafe", "florist", "design", "shop")
CRAFTS = ("films", "eats", "travels", "makes", "photo", "paints", "brews", "runs", "reads", "cooks")
FANDOMS = ("latteart", "coffeememes", "crema", "espresso", "catsandcoffee", "slowmornings", "cafes", "quotes")
BAIT = ("free", "win", "crypto", "promo", "gift", "invest", "followers", "deals")
TOPICS = {"creator": CRAFTS, "business": TRADES, "fan_page": FANDOMS}
BIO_OF = {
    "creator": (
        "{topic} every day | collabs: hello@{user}.example",
        "{topic}, stories and slow mornings. New video weekly",
    ),
    "business": ("{topic} since 2011 | open Tue to Sat | shop.{user}.example", "Family {topic}. Orders by message"),
    "fan_page": ("Daily {topic}. DM for credit or removal", "Fan page, not official. Best of {topic}"),
    "suspected_bot": ("Earn from home, ask me how", "100k followers in a day, link below", ""),
}


@dataclass(frozen=True)
class Person:
    """One invented commenter. `gender`, `age` and `persona` are what the generator meant, not data of the dataset."""

    number: int
    id: str
    username: str
    full_name: str | None
    persona: str
    gender: str
    age: int
    language: str
    hours_ahead: int
    biography: str
    is_verified: bool
    is_private: bool
    shows_private: bool
    followers: int
    following: int
    posts: int
    art: str

    @property
    def picture(self) -> str:
        """The file name of the picture."""
        return DEFAULT_PICTURE if self.art == "default" else f"{self.id}.jpg"

    @property
    def picture_url(self) -> str:
        """The link to the picture, as signed and short-lived as a real one, at a host that cannot exist."""
        if self.art == "default":
            return f"{PICTURES}/{DEFAULT_PICTURE}"
        return f"{PICTURES}/v/{self.number:04}_{self.id[-6:]}_n.jpg?stp=dst-jpg_s150x150&oe=6B{self.number:04X}E1"


def pick(random: Random, weights: dict[str, int]) -> str:
    """One key, as often as its weight says."""
    return random.choices(list(weights), list(weights.values()))[0]


def make_people(count: int = COUNT) -> list[Person]:
    """The people of the sample, always the same."""
    random, taken = seeded("people"), {"northroast"}
    return [_person(random, number, taken) for number in range(count)]


def _person(random: Random, number: int, taken: set[str]) -> Person:
    persona = pick(random, PERSONAS)
    language = pick(random, {code: share for code, (share, _) in LANGUAGES.items()})
    gender = "woman" if random.random() < 0.56 else "man"
    words = words_of(language)
    given = random.choice(words.women if gender == "woman" else words.men)
    family = random.choice(words.families)
    topic = random.choice(TOPICS.get(persona, BAIT))
    username = _free(_username(random, persona, given, family, topic), random, taken)
    followers = round(10 ** random.gauss({"creator": 4.2, "business": 3.4, "fan_page": 3.8}.get(persona, 2.5), 0.45))
    bot = persona == "suspected_bot"
    return Person(
        number=number,
        id=str(LONG_ID + number) if number % 12 == 5 else str(random.randrange(50_000_000_000, 79_000_000_000)),
        username=username,
        full_name=_full_name(random, persona, given, family, topic),
        persona=persona,
        gender=gender,
        age=max(13, int(pick(random, {str(age): share for age, share in AGES.items()})) + random.randint(-3, 3)),
        language=language,
        hours_ahead=random.choice(LANGUAGES[language][1]),
        biography=_biography(random, persona, gender, language, username, topic),
        is_verified=persona in {"creator", "business"} and followers > 20_000,
        is_private=persona == "person" and random.random() < 0.35,
        shows_private=random.random() < 0.4,
        followers=random.randrange(0, 40) if bot else followers,
        following=random.randrange(900, 7500) if bot else random.randrange(40, 1400),
        posts=random.randrange(0, 4) if bot else random.randrange(3, 900),
        art=pick(random, ART[persona]),
    )


def _username(random: Random, persona: str, given: Name, family: Name, topic: str) -> str:
    first, last, digits = given.plain, family.plain, str(random.randrange(1, 99))
    forms = {
        "person": (
            f"{first}.{last}",
            f"{first}_{last}",
            f"{first}{last}",
            f"{first}.{last}{digits}",
            f"{last}.{first}",
        ),
        "creator": (f"{first}.{last}.{topic}", f"{last}{topic}"),
        "business": (f"{last}.{topic}", f"{topic}_{last}"),
        "fan_page": (f"{topic}.by.{last}", f"{topic}_{last}{digits}"),
        "suspected_bot": (
            f"{first}_{last[:3]}{random.randrange(10_000, 9_999_999)}",
            f"{topic}_{random.choice(BAIT)}_{random.randrange(10_000, 999_999)}",
            "".join(random.choices("bcdfghjklmnpqrstvwxz", k=7)) + str(random.randrange(1000, 99_999)),
        ),
    }
    return random.choice(forms[persona])[:26].strip("._")


def _free(username: str, random: Random, taken: set[str]) -> str:
    wanted = username
    while username in taken:
        username = f"{wanted}_{random.randrange(10, 999)}"
    taken.add(username)
    return username


def _full_name(random: Random, persona: str, given: Name, family: Name, topic: str) -> str | None:
    chance = random.random()
    if persona == "suspected_bot":
        return None if chance < 0.6 else given.written
    if persona == "business":
        return f"{family.written} {topic.title()}"
    if persona == "fan_page":
        return f"{topic} daily" if chance < 0.7 else None
    if chance < 0.24:
        return None
    if chance < 0.34:
        return given.written
    return f"{given.written} {family.written}" + (random.choice((" ☕", " 🌿", " ✨")) if chance < 0.42 else "")


def _biography(random: Random, persona: str, gender: str, language: str, username: str, topic: str) -> str:
    if persona != "person":
        return random.choice(BIO_OF[persona]).format(topic=topic, user=plain_host(username))
    if random.random() > 0.45:
        return ""
    own = [bio.partition(": ") for bio in words_of(language).bios if ": " in bio]
    lines = [bio for bio in words_of(language).bios if ": " not in bio] + [bio for who, _, bio in own if who == gender]
    return random.choice(lines)


def plain_host(username: str) -> str:
    """`username` as a part of a host name."""
    return username.replace(".", "").replace("_", "")


def profile_item(person: Person) -> dict[str, object]:
    """The person as an item of the profile scraper."""
    return {
        "inputUrl": f"https://www.instagram.com/{person.username}/",
        "id": person.id,
        "username": person.username,
        "url": f"https://www.instagram.com/{person.username}",
        "fullName": person.full_name or "",
        "biography": person.biography,
        "externalUrls": [],
        "followersCount": person.followers,
        "followsCount": person.following,
        "isBusinessAccount": person.persona == "business",
        "businessCategoryName": "Shopping & retail" if person.persona == "business" else None,
        "private": person.is_private,
        "verified": person.is_verified,
        "profilePicUrl": person.picture_url,
        "profilePicUrlHD": person.picture_url,
        "postsCount": person.posts,
        "latestPosts": [],
    }
