"""An invented Instagram that simulators serve: accounts, posts, comments and people, the same for the same seed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

from audience.sample.people import Person, make_people
from audience.sample.posts import CAPTIONS
from audience.sample.texts import comment_text, reply_text

KINDS = ("Image", "Sidecar", "Image", "Video")
CHILDREN = ("Image", "Video", "Image")
TODAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Remark:
    """A comment or a reply; ``likes`` is -1 where they are hidden, None where Instagram says nothing."""

    id: str
    person: Person
    text: str
    time: datetime
    likes: int | None
    replies: list["Remark"] = field(default_factory=list)


@dataclass
class Post:
    """A post of an account; its newest comment is the last. ``graph_id`` is its id in the Graph API."""

    id: str
    graph_id: str
    code: str
    caption: str
    kind: str
    time: datetime
    likes: int
    is_pinned: bool = False
    children: tuple[str, ...] = ()
    """Kinds of a carousel's parts in order: ``Image`` or ``Video``."""
    comments: list[Remark] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address; reels have a path of their own."""
        return f"https://www.instagram.com/{'reel' if self.kind == 'Video' else 'p'}/{self.code}/"


@dataclass
class Account:
    """An account; its newest post is the last."""

    id: str
    graph_id: str
    username: str
    full_name: str
    biography: str
    followers: int
    following: int
    is_private: bool
    posts: list[Post] = field(default_factory=list)

    @property
    def comments(self) -> int:
        """How many comments and replies stand below its posts."""
        return sum(1 + len(remark.replies) for post in self.posts for remark in post.comments)


@lru_cache(maxsize=4)
def people_of(count: int) -> tuple[Person, ...]:
    """The people of a world."""
    return tuple(make_people(count))


class World:
    """``World().add_account("northwind", posts=6, comments=500)``; what is not added does not exist.

    ``now`` is the time of the world: nothing in it is later. What is added later is newer than all that was there.
    """

    def __init__(self, seed: int = 1, *, people: int = 2000, now: datetime = TODAY) -> None:
        self.people = people_of(people)
        self.accounts: dict[str, Account] = {}
        self.now = now
        self.lock = threading.RLock()
        self._random = Random(f"world {seed}")
        self._comments = 18_000_000_000_000_000 + seed * 10_000_000
        self._posts = seed * 100_000

    def add_account(
        self,
        username: str,
        *,
        posts: int = 6,
        comments: int = 200,
        followers: int = 12_000,
        following: int = 300,
        is_private: bool = False,
    ) -> Account:
        """A new account with posts of the last weeks, one every six days, and comments spread over them."""
        with self.lock:
            number = len(self.accounts) + 1
            account = Account(
                id=str(49_000_001_000 + number),
                graph_id=str(17_841_400_000_001_000 + number),
                username=username,
                full_name=username.replace("_", " ").title(),
                biography="An invented account.",
                followers=followers,
                following=following,
                is_private=is_private,
            )
            self.accounts[username] = account
            for index in range(posts):
                self._add_post(account, self.now - timedelta(days=6 * (posts - index), hours=index % 9))
            self._spread(account.posts, comments)
            return account

    def add_post(self, username: str, *, comments: int = 0) -> Post:
        """A post of now, an hour after all that was there."""
        with self.lock:
            self.now += timedelta(hours=1)
            post = self._add_post(self.accounts[username], self.now)
            self._comment(post, comments)
            return post

    def add_comments(self, username: str, count: int, *, code: str = "") -> list[str]:
        """New comments below the account's newest post, or the one with this short code; returns their ids."""
        with self.lock:
            found = [post for post in self.accounts[username].posts if not code or post.code == code]
            return [remark.id for remark in self._comment(found[-1], count)]

    def post(self, code: str) -> tuple[Account, Post] | None:
        """The post with this short code (or media id), and whose it is."""
        return next((pair for pair in self.posts() if code in (pair[1].code, pair[1].id)), None)

    def posts(self) -> Iterator[tuple[Account, Post]]:
        """Every post, with whose it is."""
        return ((account, post) for account in self.accounts.values() for post in account.posts)

    def _spread(self, posts: list[Post], comments: int) -> None:
        if posts:
            shares = self._random.choices(range(len(posts)), [1 + index % 3 for index in range(len(posts))], k=comments)
            for index, post in enumerate(posts):
                self._comment(post, shares.count(index), within=timedelta(days=4))

    def _add_post(self, account: Account, time: datetime) -> Post:
        self._posts += 1
        number = self._posts
        index = len(account.posts)
        post = Post(
            id=str(3_900_000_000_000_000_000 + number),
            graph_id=str(17_900_000_000_000_000 + number),
            code=_code(number),
            caption=CAPTIONS[index % len(CAPTIONS)],
            kind=KINDS[index % len(KINDS)],
            time=time,
            likes=-1 if index % 5 == 3 else self._random.randrange(40, 4000),
            is_pinned=index == 0,
            children=CHILDREN if KINDS[index % len(KINDS)] == "Sidecar" else (),
        )
        account.posts.append(post)
        return post

    def _comment(self, post: Post, count: int, within: timedelta | None = None) -> list[Remark]:
        """Comments spread over a time after the post, or within the next minutes of the world."""
        random, start = self._random, post.time if within else self.now
        span = (within or timedelta(minutes=10)) / max(1, count)
        if within is None:
            self.now += timedelta(minutes=10)
        new = [self._remark(start + span * (place + random.random())) for place in range(count)]
        post.comments += new
        return new

    def _remark(self, time: datetime) -> Remark:
        random = self._random
        person = random.choice(self.people)
        friends = [random.choice(self.people).username for _ in range(3)]
        remark = Remark(self._id(), person, comment_text(random, person, friends, False), time, self._likes())
        if random.random() < 0.1:
            for minute in range(random.choice((1, 1, 2, 3))):
                other = random.choice(self.people)
                text = reply_text(random, other, person.username)
                later = time + timedelta(minutes=minute + 1)
                remark.replies.append(Remark(self._id(), other, text, later, self._likes()))
        return remark

    def _likes(self) -> int | None:
        chance = self._random.random()
        return -1 if chance < 0.03 else None if chance < 0.05 else int(self._random.expovariate(0.4))

    def _id(self) -> str:
        self._comments += 3
        return str(self._comments)


def _code(number: int) -> str:
    """A short code of eleven characters that stands for more than 2**63, so that it cannot belong to a real post."""
    found = ""
    for _ in range(5):
        number, rest = divmod(number, 64)
        found = LETTERS[rest] + found
    return f"Zworld{found}"
