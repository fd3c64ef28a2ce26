"""Who comments on an account, and what was found out about them."""

from audience.models.content import Comment, Commenter, PictureState, Post, StoredImage, TrackedAccount
from audience.models.findings import AudienceGroup, AudienceHour, AudiencePerson, Classification
from audience.models.reviews import Dimension, PromptTrial, Queue, Review, ReviewItem
from audience.models.rollups import AudienceDay, AudiencePost, AudienceState
from audience.models.runs import Run, RunBatch

__all__ = [
    "AudienceDay",
    "AudienceGroup",
    "AudienceHour",
    "AudiencePerson",
    "AudiencePost",
    "AudienceState",
    "Classification",
    "Comment",
    "Commenter",
    "Dimension",
    "PictureState",
    "Post",
    "PromptTrial",
    "Queue",
    "Review",
    "ReviewItem",
    "Run",
    "RunBatch",
    "StoredImage",
    "TrackedAccount",
]
