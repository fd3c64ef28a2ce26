"""The comments of the sample, as items of the Instagram comment scraper in its older and newer shapes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from audience.sample.people import PICTURES, Person
from audience.sample.posts import GIVEAWAY, SITE, Post, stamp
from audience.sample.texts import comment_text, reply_text
from audience.sample.words import seeded

TOP_LEVEL = 5000
FLAT_REPLIES = 250
FIRST_COMMENT_ID = 18_990_000_000_000_017
# How lively each local hour of the day is.
HOURS = (2, 1, 1, 1, 1, 2, 5, 9, 10, 8, 7, 7, 8, 8, 7, 6, 7, 8, 10, 12, 13, 12, 8, 4)

Item = dict[str, object]


@dataclass
class Remark:
    """A comment or a reply before it is written down in one of the shapes."""

    id: str
    person: Person
    text: str
    time: datetime
    likes: int | None
    position: int = 0
    nested: list["Remark"] = field(default_factory=list)


class CommentIds:
    """Hands out comment ids, as strings above 2**53."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> str:
        """A new id."""
        self.count += 1
        return str(FIRST_COMMENT_ID + self.count * 3)


def make_items(people: list[Person], posts: list[Post]) -> list[Item]:
    """All comment items: newest post first, in a post newest comment first."""
    random, ids = seeded("comments"), CommentIds()
    authors = _authors(random, people, posts)
    items: list[Item] = []
    for post in reversed(posts):
        remarks = [_remark(random, ids, post, person, people) for person in authors[post.index]]
        remarks.sort(key=lambda remark: remark.time, reverse=True)
        _add_nested(random, ids, remarks, people)
        for position, remark in enumerate(remarks, start=1):
            remark.position = position
        rows = [(remark, _item(random, post, remark)) for remark in remarks]
        items += [item for _, item in rows]
        items += _flat_replies(random, ids, post, rows, people, FLAT_REPLIES // len(posts) + 1)
    return items


def _authors(random: Random, people: list[Person], posts: list[Post]) -> list[list[Person]]:
    slots = random.choices(range(len(posts)), [post.weight for post in posts], k=TOP_LEVEL)
    eager = [1 / (1 + person.number % 400) ** 0.6 for person in people]
    writers = random.sample(people, len(people)) + random.choices(people, eager, k=TOP_LEVEL - len(people))
    answer: list[list[Person]] = [[] for _ in posts]
    for slot, writer in zip(slots, writers, strict=True):
        answer[slot].append(writer)
    return answer


def _remark(random: Random, ids: CommentIds, post: Post, person: Person, people: list[Person]) -> Remark:
    friends = [random.choice(people).username for _ in range(3)]
    text = comment_text(random, person, friends, giveaway=post.index == GIVEAWAY)
    return Remark(ids.next(), person, text, _time(random, post, person), _likes(random))


def _time(random: Random, post: Post, person: Person) -> datetime:
    if person.persona == "suspected_bot":
        return post.time + timedelta(seconds=random.randrange(4, 900))
    mean = 14 if post.index == GIVEAWAY else 34
    time = post.time
    for _ in range(6):
        time = post.time + timedelta(seconds=60 + round(min(random.expovariate(1 / mean), 400) * 3600))
        if random.random() < HOURS[(time.hour + person.hours_ahead) % 24] / max(HOURS):
            break
    return time


def _likes(random: Random) -> int | None:
    chance = random.random()
    if chance < 0.04:
        return -1 if chance < 0.02 else None
    return int(random.expovariate(1 / 2.2)) if chance < 0.97 else random.randrange(12, 240)


def _add_nested(random: Random, ids: CommentIds, remarks: list[Remark], people: list[Person]) -> None:
    for remark in remarks:
        if remark.person.persona != "suspected_bot" and random.random() < 0.07:
            for _ in range(random.choice((1, 1, 1, 2, 3))):
                remark.nested.append(_reply(random, ids, remark, people))


def _reply(random: Random, ids: CommentIds, to: Remark, people: list[Person]) -> Remark:
    person = random.choice([person for person in people if person.persona != "suspected_bot"])
    time = to.time + timedelta(seconds=random.randrange(60, 90_000))
    return Remark(ids.next(), person, reply_text(random, person, to.person.username), time, _likes(random))


def _flat_replies(
    random: Random, ids: CommentIds, post: Post, rows: list[tuple[Remark, Item]], people: list[Person], count: int
) -> list[Item]:
    answer = []
    for parent, _ in random.sample(rows, min(count, len(rows))):
        item = _item(random, post, _reply(random, ids, parent, people))
        item["commentUrl"] = f"{post.comment_page}c/{parent.id}/r/{item['id']}"
        item["parentCommentId"] = parent.id
        answer.append(item)
    return answer


def _item(random: Random, post: Post, remark: Remark) -> Item:
    older = random.random() < 0.35
    item: Item = {
        "postUrl": post.comment_page,
        "commentUrl": f"{post.comment_page}c/{remark.id}",
        "id": remark.id,
        "text": remark.text,
        "ownerUsername": remark.person.username,
        "ownerProfilePicUrl": remark.person.picture_url,
        "timestamp": stamp(remark.time),
        "repliesCount": len(remark.nested) or (0 if older else None),
        "replies": [_nested(random, reply) for reply in remark.nested] or ([] if older else None),
        "likesCount": remark.likes,
    }
    if older:
        person = remark.person
        item |= {"postId": post.id, "position": remark.position}
        item |= {"ownerId": person.id, "ownerIsVerified": person.is_verified}
        if random.random() < 0.1:
            item |= {"error": None, "requestErrorMessages": []}
    else:
        item["owner"] = _owner(remark.person)
    if not remark.text:
        item["media"] = _gif(random)
    return item


def _owner(person: Person) -> Item:
    return {
        "username": person.username,
        "profile_pic_url": person.picture_url,
        "is_verified": person.is_verified,
        "id": person.id,
        "fbid_v2": f"17841499{person.number:09}",
        "full_name": person.full_name,
        "is_mentionable": None,
        "is_private": person.is_private if person.shows_private else None,
        "profile_pic_id": None,
        "latest_reel_media": None,
    }


def _nested(random: Random, reply: Remark) -> Item:
    item: Item = {
        "id": reply.id,
        "text": reply.text,
        "ownerUsername": reply.person.username,
        "ownerProfilePicUrl": reply.person.picture_url,
        "timestamp": stamp(reply.time),
        "likesCount": reply.likes,
        "repliesCount": 0,
        "replies": [],
    }
    if random.random() < 0.7:
        item["owner"] = _owner(reply.person)
    return item


def _gif(random: Random) -> Item:
    number = random.randrange(10**14, 10**15)
    link = f"{PICTURES}/gif/{number}.gif"
    return {
        "first_party_cdn_proxied_images": {"fixed_height": {"url": link}},
        "images": {"fixed_height": {"url": link}},
        "id": str(number),
    }


def with_flaws(items: list[Item]) -> list[Item]:
    """`items` with what real datasets also hold: every fortieth item once more at the end, and three error items."""
    answer = [*items, *(dict(item) for item in items[::40])]
    for place, code in ((len(items) * 2 // 3, "ZnorthRst97"), (len(items) // 3, "ZnorthRst98"), (0, "ZnorthRst99")):
        link = f"{SITE}/p/{code}/"
        reason = {"error": "no_items", "errorDescription": "Empty or private data for provided input"}
        answer.insert(place, {"url": link, "inputUrl": link, "requestErrorMessages": [], **reason})
    return answer
