"""The 30 invented posts of @northroast: six months of a coffee roaster, one of them a giveaway."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audience.sample.people import PICTURES
from audience.sample.words import seeded

ACCOUNT, ACCOUNT_ID = "northroast", "49000000001"
FIRST_DAY = datetime(2026, 5, 4, tzinfo=UTC)
SITE = "https://www.instagram.com"
GIVEAWAY = 19  # index of the post that asks people to tag friends
# 2**63 and above: Instagram's media ids are smaller, so neither the id nor the short code can belong to a real post.
FIRST_ID = 9_900_000_000_000_000_001
CAPTIONS = (
    "Spring lot is here: Yirgacheffe, washed, bright as the first warm day. #northroast #filtercoffee",
    "How we roast: ten minutes, one drum, many small decisions.",
    "Sidama is back. Peach, black tea, honey.",
    "Cold brew season. Recipe in the caption: 60 g to a litre, 16 hours, strain twice. #coldbrew",
    "Meet Ottoline, our oldest grinder. She is louder than all of us.",
    "New bags, same beans. The paper is fully recyclable.",
    "Huila from a cooperative of forty-two families. Red apple and panela.",
    "V60 in two minutes thirty. Save this for Sunday.",
    "Open cupping every Thursday at six. Come and slurp.",
    "Midsummer hours: we close on Friday, back on Monday.",
    "House Espresso, now a little darker. Tell us what you think.",
    "Behind the scenes: what happens to a bean in the cooling tray.",
    "Three ways to make iced coffee without watering it down.",
    "Our packing table on a Monday. Eight hundred parcels before lunch.",
    "Kiambu AA. Blackcurrant, tomato leaf, a very long finish.",
    "Rain outside, moka pot inside.",
    "Ask us anything about water. We will answer all week.",
    "Decaf that does not taste like decaf: sugar cane process, Huila.",
    "AeroPress, upside down or not? Settle it below.",
    "GIVEAWAY: a year of coffee for you and two friends. Tag them below, closes Sunday. #giveaway",
    "And the winner is on our story. Thank you all, that was wild.",
    "Autumn blend is resting. Plum, cocoa, toasted almond.",
    "What a filter paper does and why it matters.",
    "Our new roaster arrived in eleven crates. Instructions in nine languages.",
    "Slow morning at the shop. Photo by our neighbour",
    "Chemex for four: 42 g, 700 ml, patience.",
    "Yirgacheffe natural, only ninety bags this year.",
    "We raised our prices. Here is every number behind it.",
    "Workshop dates for winter are online. Twelve seats each.",
    "First frost, first Sidama espresso. See you at the counter.",
)
KINDS = ("Image", "Sidecar", "Image", "Video")


@dataclass(frozen=True)
class Post:
    """One post, with `weight` saying how much talk it draws."""

    index: int
    id: str
    short_code: str
    caption: str
    kind: str
    time: datetime
    weight: float
    likes: int

    @property
    def url(self) -> str:
        """Its address as the post scraper writes it."""
        return f"{SITE}/p/{self.short_code}/"

    @property
    def comment_page(self) -> str:
        """Its address as comment items carry it: reels have a path of their own."""
        return f"{SITE}/reel/{self.short_code}/" if self.kind == "Video" else self.url


def make_posts() -> list[Post]:
    """The posts of the sample, oldest first, always the same."""
    random = seeded("posts")
    posts = []
    for index, caption in enumerate(CAPTIONS):
        time = FIRST_DAY + timedelta(days=index * 6 + random.randrange(0, 4), hours=random.choice((6, 7, 11, 15, 17)))
        weight = 5.5 if index == GIVEAWAY else random.uniform(0.45, 1.5)
        posts.append(
            Post(
                index=index,
                id=str(FIRST_ID + index),
                short_code=f"ZnorthRst{index + 1:02}",  # eleven characters from "Z" on stand for more than 2**63
                caption=caption,
                kind=KINDS[index % len(KINDS)],
                time=time + timedelta(minutes=random.randrange(60), seconds=random.randrange(60)),
                weight=weight,
                likes=-1 if index % 11 == 7 else round(weight * random.uniform(900, 2600)),
            )
        )
    return posts


def stamp(time: datetime) -> str:
    """A time as Apify writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def post_item(post: Post, comments: int, first_comment: str) -> dict[str, object]:
    """The post as an item of the post scraper."""
    link = f"{PICTURES}/post/{post.short_code}.jpg"
    words = post.caption.replace(".", " ").split()
    item: dict[str, object] = {
        "inputUrl": f"{SITE}/{ACCOUNT}/",
        "id": post.id,
        "type": post.kind,
        "shortCode": post.short_code,
        "caption": post.caption,
        "hashtags": [word[1:] for word in words if word.startswith("#")],
        "mentions": [word[1:] for word in words if word.startswith("@")],
        "url": post.url,
        "commentsCount": comments,
        "firstComment": first_comment,
        "latestComments": [],
        "dimensionsHeight": 1350,
        "dimensionsWidth": 1080,
        "displayUrl": link,
        "images": [link, link.replace(".jpg", "b.jpg")] if post.kind == "Sidecar" else [],
        "alt": None,
        "likesCount": post.likes,
        "timestamp": stamp(post.time),
        "childPosts": [],
        "ownerFullName": "North Roast",
        "ownerUsername": ACCOUNT,
        "ownerId": ACCOUNT_ID,
        "isCommentsDisabled": False,
    }
    if post.kind == "Video":
        item |= {"videoUrl": f"{PICTURES}/post/{post.short_code}.mp4", "videoDuration": 30 + post.index}
        item |= {"videoViewCount": post.likes * 7, "videoPlayCount": post.likes * 19, "productType": "clips"}
    if post.index == GIVEAWAY:
        item["isPinned"] = True
    return item


def account_item() -> dict[str, object]:
    """The invented roaster itself, as an item of the profile scraper."""
    return {
        "inputUrl": f"{SITE}/{ACCOUNT}/",
        "id": ACCOUNT_ID,
        "username": ACCOUNT,
        "url": f"{SITE}/{ACCOUNT}",
        "fullName": "North Roast",
        "biography": "Small coffee roaster. An invented account for trying Aura.",
        "externalUrls": [],
        "followersCount": 48_210,
        "followsCount": 391,
        "isBusinessAccount": True,
        "businessCategoryName": "Coffee roaster",
        "private": False,
        "verified": False,
        "profilePicUrl": f"{PICTURES}/{ACCOUNT}.jpg",
        "profilePicUrlHD": f"{PICTURES}/{ACCOUNT}.jpg",
        "postsCount": len(CAPTIONS),
        "latestPosts": [],
    }
