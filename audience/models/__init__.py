"""Who comments on an account, and what was found out about them."""

from audience.models.content import Comment, Commenter, PictureState, Post, StoredImage, TrackedAccount
from audience.models.findings import AudienceGroup, AudienceHour, AudiencePerson, Classification
from audience.models.runs import Run, RunBatch

__all__ = [
    "AudienceGroup",
    "AudienceHour",
    "AudiencePerson",
    "Classification",
    "Comment",
    "Commenter",
    "PictureState",
    "Post",
    "Run",
    "RunBatch",
    "StoredImage",
    "TrackedAccount",
]
