"""What kinds of accounts the people of an audience have, where their follower figures are known (A6). Pure.

The classes: real people; influencers, over 5,000 followers while following under 1,500; mass followers, following over
1,500; suspicious, where signals of a made-up account weigh enough together. Whose figures are missing is not judged.

The signals stand in the literature on fake followers: no picture, no posts, and following far more than follow back in
Cresci et al., "Fame for sale: efficient detection of fake Twitter followers", Decision Support Systems 80 (2015) 56;
digits in the name and the same figures for Instagram in Akyon & Kalfaoglu, "Instagram Fake and Automated Account
Detection", ASYU (2019). Their weights here are a choice, shown beside the result; no study gave them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

REAL, INFLUENCER, MASS_FOLLOWER, SUSPICIOUS, UNKNOWN = "real", "influencer", "mass_follower", "suspicious", "unknown"
KINDS = (REAL, INFLUENCER, MASS_FOLLOWER, SUSPICIOUS)
KIND_WORDS = {
    REAL: "Real people",
    INFLUENCER: "Influencers",
    MASS_FOLLOWER: "Mass followers",
    SUSPICIOUS: "Suspicious",
    UNKNOWN: "Not judged",
}
MANY_FOLLOWERS = 5000
MANY_FOLLOWED = 1500
ENOUGH = 3
"""Points from which an account is called suspicious: no single signal reaches them."""
DIGITS = 5
EMPTY_FOLLOWED = 1000
ONE_SIDED_FOLLOWED = 500
ONE_SIDED_TIMES = 20
COPIES = 3
COPY_LENGTH = 20
"""A comment from so many characters on is a copy where the same person wrote it before, word for word."""
BOT = "suspected_bot"


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of a made-up account: its place in the bit mask, its points and its words."""

    name: str
    bit: int
    weight: int
    words: str


SIGNALS = (
    Signal("no_picture", 1, 1, "No profile picture"),
    Signal("digits", 2, 1, f"{DIGITS} or more digits in the user name"),
    Signal("empty", 4, 2, f"No posts, yet follows {EMPTY_FOLLOWED:,} or more"),
    Signal("one_sided", 8, 2, f"Follows {ONE_SIDED_TIMES} times as many as follow back ({ONE_SIDED_FOLLOWED} or more)"),
    Signal("copies", 16, 2, f"Wrote the same long comment again, {COPIES} times or more"),
    Signal("bot", 32, 2, "Reads like a bot to the model that looked at the profile"),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an account. ``picture_missing`` is true only where it surely has none."""

    username: str
    followers: int | None
    following: int | None
    posts: int | None = None
    verified: bool = False
    picture_missing: bool = False
    copies: int = 0
    profile_type: str = ""


def signals(profile: Profile) -> int:
    """The signals of an account as a bit mask of :data:`SIGNALS`."""
    followers, following = profile.followers, profile.following or 0
    found = (
        profile.picture_missing,
        sum(letter in "0123456789" for letter in profile.username) >= DIGITS,
        profile.posts == 0 and following >= EMPTY_FOLLOWED,
        followers is not None and following >= ONE_SIDED_FOLLOWED and following >= ONE_SIDED_TIMES * max(1, followers),
        profile.copies >= COPIES,
        profile.profile_type == BOT,
    )
    return sum(signal.bit for signal, there in zip(SIGNALS, found, strict=True) if there)


def points(mask: int) -> int:
    """The weights of the signals in a mask, added up."""
    return sum(signal.weight for signal in SIGNALS if mask & signal.bit)


def kind(profile: Profile) -> str:
    """The class of an account; a verified one is never suspicious."""
    if profile.followers is None or profile.following is None:
        return UNKNOWN
    if not profile.verified and points(signals(profile)) >= ENOUGH:
        return SUSPICIOUS
    if profile.following > MANY_FOLLOWED:
        return MASS_FOLLOWER
    if profile.followers > MANY_FOLLOWERS and profile.following < MANY_FOLLOWED:
        return INFLUENCER
    return REAL


def reasons(mask: int) -> list[str]:
    """The words of the signals in a mask, heaviest first."""
    return [s.words for s in sorted(SIGNALS, key=lambda s: -s.weight) if mask & s.bit]


def signal_counts(masks: Mapping[int, int]) -> dict[str, int]:
    """How many people have each signal, from how many have each mask."""
    found: Counter[str] = Counter(dict.fromkeys((signal.name for signal in SIGNALS), 0))
    for mask, people in masks.items():
        for signal in SIGNALS:
            if mask & signal.bit:
                found[signal.name] += people
    return dict(found)
