"""The normalised items of a dataset. Strings are clean and fit the tables; "" and None mean unknown."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a comment, or whose profile it is. ``external_id`` or ``username`` is always known."""

    external_id: str = ""
    username: str = ""
    full_name: str = ""
    biography: str = ""
    picture_url: str = ""
    is_verified: bool | None = None
    is_private: bool | None = None
    is_business: bool | None = None
    followers: int | None = None
    following: int | None = None
    posts_count: int | None = None


@dataclass(frozen=True, slots=True)
class PostRef:
    """The post below which a comment stands. ``owner`` is the profile named by its address, where there is one."""

    shortcode: str
    external_id: str = ""
    url: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class CommentItem:
    """One comment or reply; ``parent_id`` is "" for a comment, ``likes`` None where Instagram hides them."""

    id: str
    post: PostRef
    person: Person
    text: str = ""
    gif_url: str = ""
    parent_id: str = ""
    likes: int | None = None
    replies_count: int | None = None
    commented_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostItem:
    """One post. ``owners`` are all profiles it names as its own (author, co-authors, the profile it was found on)."""

    ref: PostRef
    kind: str = ""
    caption: str = ""
    posted_at: datetime | None = None
    likes: int | None = None
    comments_reported: int | None = None
    is_pinned: bool | None = None
    owner_id: str = ""
    owner_username: str = ""
    owners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProfileItem:
    """One profile."""

    person: Person


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """A failed scrape, which Apify delivers as an item of a successful run."""

    message: str


Item = CommentItem | PostItem | ProfileItem | ErrorItem


@dataclass(frozen=True, slots=True)
class Record:
    """One top-level item of the file: a comment is followed by its replies.

    ``line`` is the 1-based line where it starts, ``number`` its 1-based place in the file. ``problem`` says what could
    not be read ("" where all was); it stands beside items where only some replies are broken.
    """

    line: int
    number: int
    items: tuple[Item, ...] = ()
    problem: str = ""
