"""Who comments on an account, and what was found out about them."""

from audience.models.content import Comment, Commenter, PictureState, Post, StoredImage, TrackedAccount
from audience.models.findings import AudienceGroup, AudienceHour, AudiencePerson, Classification
from audience.models.runs import Run, RunBatch
from audience.models.words import AccountWords, CommentReading, PodMember, WordsDay, WordsGroup

__all__ = [
    "AccountWords",
    "AudienceGroup",
    "AudienceHour",
    "AudiencePerson",
    "Classification",
    "Comment",
    "CommentReading",
    "Commenter",
    "PictureState",
    "PodMember",
    "Post",
    "Run",
    "RunBatch",
    "StoredImage",
    "TrackedAccount",
    "WordsDay",
    "WordsGroup",
]
