"""What kind of account a profile is, by rules that each say their name.

A rule that fires adds points to one type; the points are log-odds, and the softmax over the types is the probability.
The base says that most commenters are people. Points are judgement, to be replaced once labelled profiles exist.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aura.providers.local.letters import word_set, words_of
from aura.providers.ports import PROFILE_TYPES, ProfileEvidence

Fired = tuple[str, str, float]

BASE: Final = {"person": 2.2, "business": 0.0, "creator": 0.0, "fan_page": -0.3, "suspected_bot": -0.3}
TRADES: Final = word_set(
    "shop store boutique salon clinic restaurant cafe coffee bakery hotel hostel agency ltd inc llc gmbh company co "
    "official_store market supply wholesale outlet jewelry jewellery cosmetics florist flowers pharmacy dental "
    "realty "
    "realestate properties catering bistro pizzeria trattoria barbershop spa gym pilates yoga roastery brewery "
    "ceramics "
    "bikes books decor furniture interiors studio studios design tienda joyeria panaderia peluqueria "
    "inmobiliaria ropa "
    "loja padaria imoveis negozio parrucchiere gioielli magasin boulangerie fleuriste laden backerei friseur winkel "
    "bakkerij sklep kwiaciarnia magaza butik kuafor emlak toko magazin salon forushgah dukan"
)
CRAFTS: Final = word_set(
    "blog blogger vlog vlogger creator influencer youtuber tiktoker streamer photographer photo photography films "
    "filmmaker artist art paints illustrator makes crafts eats foodie travels traveller cooks chef runs fitness "
    "coach "
    "trainer model actor actress singer music musician producer dj writer author reads bookstagram comedian "
    "podcast mua "
    "makeup brews gamer dance dancer stylist tattoo reviews diy fotografo fotografa fotografia artista cantante "
    "escritora escritor modelo viajes viagens photographe kunst fotograf blogerka bloger"
)
CRAFT_ENDINGS: Final = tuple(
    word_set("photo photos photography films blog vlog music fitness makeup travels eats reads paints cooks bakes runs")
)
LONG_WORD: Final = 8
FANDOM: Final = word_set(
    "fan fans fanpage fanclub fandom fanacc fanaccount stan stans updates edits daily memes meme quotes lovers "
    "fc army "
    "clips archive feed community hub club"
)
BAIT: Final = word_set(
    "free win winner crypto bitcoin btc forex trading trader invest investment investor promo promote promotion "
    "giveaway "
    "gift gifts deals cash earn earning money profit loan followers follow4follow f4f sugar casino bet bets"
)
DESCRIPTIONS: Final[tuple[tuple[str, str, float, re.Pattern[str]], ...]] = tuple(
    (kind, name, points, re.compile(pattern, re.IGNORECASE))
    for kind, name, points, pattern in (
        (
            "business",
            "bio_orders",
            2.4,
            r"\b(orders? (by|via|now|online|in)|to order|dm (to|for) orders?|ship(s|ping)|delivery|wholesale|"
            r"book (now|your|an)|"
            r"bookings?|reservations?|appointments?|we (are|make|sell|deliver|serve|offer)|our (shop|store|team|"
            r"products)|"
            r"env[ií]os|pedidos|encomendas|entregas|reservas|spedizioni|ordini|livraison|commandes?|versand|bestell|"
            r"verzending|wysyłka|sipariş|kargo|pengiriman|доставка|заказ|ارسال|سفارش|توصيل|للطلب)\b",
        ),
        (
            "business",
            "bio_opening_hours",
            2.0,
            r"\bopen(ing)?\b.{0,12}\b(mon|tue|wed|thu|fri|sat|sun|daily|24)|\b(mo|mon|tue)\w* ?[-–] ?(fr|fri|sat|su)|"
            r"\b(since|est\.?|established|desde|seit|depuis|dal) (1[89]|20)\d\d\b.{0,40}\b(open|shop|family)",
        ),
        ("business", "bio_since", 1.0, r"\b(since|est\.?|established|founded|desde|seit|depuis|dal) ?(1[89]|20)\d\d\b"),
        (
            "business",
            "bio_shop_link",
            1.4,
            r"\b(shop|store|tienda|loja|boutique)\.[a-z0-9-]+\.[a-z]{2,}|\bfamily (run|owned|business)",
        ),
        ("business", "bio_phone", 1.2, r"(whats ?app|tel\.?|phone|call|☎|📞)\W{0,4}\+?\d[\d ().-]{6,}"),
        (
            "creator",
            "bio_collaborations",
            2.4,
            r"\b(collabs?|collaborations?|business (inquiries|enquiries|contact)|for business|pr ?(📩|✉|:)|"
            r"sponsor(ed|ships?)|"
            r"ambassador|management:|mgmt|bookings?:|colaboraciones|parcerias|collaborazioni|kooperation)\b",
        ),
        (
            "creator",
            "bio_creator_work",
            2.0,
            r"\b((digital|content|video) creator|blogger|vlogger|influencer|youtuber|public figure|new (video|"
            r"episode|song|"
            r"single)s?\b|subscribe|my (channel|podcast|book|music)|photographer|filmmaker|stories and|"
            r"creador[a]? de|"
            r"criador[a]? de|fotógraf[oa])",
        ),
        (
            "fan_page",
            "bio_fan",
            3.2,
            r"\bfan[ -]?(page|account|club|acc)\b|not (official|affiliated|impersonating)|unofficial|no oficial",
        ),
        (
            "fan_page",
            "bio_reposts",
            2.2,
            r"\b(best of|daily (dose|posts?|pics|[a-z]+)\b|credits? (to|or)|dm for (credit|removal)|reposts?)",
        ),
        (
            "suspected_bot",
            "bio_bait",
            3.0,
            r"\b(earn|make) .{0,20}(from home|money|\$|daily|per day|a day)|\d+k? followers? (in|for|a|per)|"
            r"free followers|"
            r"(crypto|forex|bitcoin) (trad|invest|expert|sign)|link below|click (the|my) link|ask me how|18\+|"
            r"guaranteed",
        ),
    )
)
SPAM: Final = re.compile(
    r"https?://|\bwww\.|\bt\.me/|wa\.me/|bit\.ly|promote (it|this|your)? ?on|send (it|this|pic|me a)\b.{0,12}@|"
    r"dm (us|me|@)|"
    r"check (out )?my (bio|page|profile|link)|link in (my )?bio|follow (me )?back|free followers|"
    r"earn .{0,15}(\$|money|daily)|"
    r"(crypto|forex|bitcoin|invest)\w*|t[e3]legr[a@]m|whatsapp|giveaway winner|claim your|"
    r"i earned|(make|earn) money|gan[ae] dinero|ganhe dinheiro|chama no direct|gagne\w* de l.argent|verdien\w*|"
    r"guadagna|zarabia|para kazan|заработ|کسب درآمد|اكسب|पैसे कमा",
    re.IGNORECASE,
)
CONSONANTS: Final = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")
DIGITS_AT_END: Final = re.compile(r"\d{5,}$")


@dataclass(frozen=True, slots=True)
class ProfileTypeReading:
    """``probabilities`` over the profile types; ``rules`` are the names of those that fired, with their type."""

    probabilities: dict[str, float]
    rules: tuple[str, ...]


def read_profile_type(
    profile: ProfileEvidence, *, has_name: bool = False, has_face: bool = False
) -> ProfileTypeReading:
    """Judge the account by its names, bio, counts and comments.

    ``has_name`` says that a first name was found in it, ``has_face`` that its picture shows one face.
    """
    points = dict(BASE)
    rules: list[str] = []
    for kind, name, worth in _fired(profile, has_name, has_face):
        points[kind] += worth
        rules.append(f"{kind}:{name}")
    total = sum(math.exp(value) for value in points.values())
    return ProfileTypeReading({kind: math.exp(points[kind]) / total for kind in PROFILE_TYPES}, tuple(rules))


def _fired(profile: ProfileEvidence, has_name: bool, has_face: bool) -> Iterator[Fired]:
    yield from _by_names(profile)
    bio = profile.bio[:1000]
    if bio:
        yield from ((kind, name, points) for kind, name, points, pattern in DESCRIPTIONS if pattern.search(bio))
    yield from _by_flags(profile)
    yield from _by_counts(profile)
    yield from _by_comments(profile)
    if has_name:
        yield from (("person", "first_name", 0.6), ("creator", "first_name", 0.6))
    if has_face:
        yield from (("person", "one_face", 0.5), ("creator", "one_face", 0.5))


def _by_names(profile: ProfileEvidence) -> Iterator[Fired]:
    words = {*words_of(profile.username), *words_of(profile.full_name)}
    if words & TRADES:
        yield "business", "trade_in_name", 3.3
    if words & CRAFTS:
        yield "creator", "craft_in_name", 3.0
    elif any(word.endswith(CRAFT_ENDINGS) and len(word) > LONG_WORD for word in words):
        yield "creator", "craft_at_end_of_name", 2.4
    if words & FANDOM or any(word.endswith(("fans", "fanpage", "updates", "memes")) for word in words):
        yield "fan_page", "fandom_in_name", 3.3
    if words & BAIT:
        yield "suspected_bot", "bait_in_name", 2.2
    if DIGITS_AT_END.search(profile.username):
        yield "suspected_bot", "many_digits", 2.0
    if CONSONANTS.search(profile.username.lower()):
        yield "suspected_bot", "unspeakable_name", 1.5


def _by_flags(profile: ProfileEvidence) -> Iterator[Fired]:
    if profile.is_business:
        yield "business", "business_account", 1.6
        yield "creator", "business_account", 0.8
    if profile.is_verified:
        yield "creator", "verified", 2.0
        yield "business", "verified", 1.2
    if profile.is_private:
        yield "person", "private_account", 1.5


def _by_counts(profile: ProfileEvidence) -> Iterator[Fired]:
    followers, following = profile.followers, profile.following
    if followers is not None and followers >= 10_000 and followers >= 5 * (following or 0):
        yield "creator", "large_audience", 1.6
        yield "business", "large_audience", 0.4
    if followers is not None and following is not None and following >= 800 and followers * 15 < following:
        yield "suspected_bot", "follows_far_more", 2.6
        if profile.posts is not None and profile.posts < 4:
            yield "suspected_bot", "no_posts", 1.2


def _by_comments(profile: ProfileEvidence) -> Iterator[Fired]:
    spam = sum(bool(SPAM.search(comment)) for comment in profile.comments)
    if spam:
        yield "suspected_bot", "spam_in_comments", min(2.0 + spam, 4.5)
    texts = [" ".join(comment.lower().split()) for comment in profile.comments if len(comment) >= 12]
    if len(texts) - len(set(texts)) >= 2:
        yield "suspected_bot", "same_comment_again", 1.5
