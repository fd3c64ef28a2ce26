"""Who comments on an account, and what was found out about them."""

from audience.models.content import Comment, Commenter, PictureState, Post, StoredImage, TrackedAccount
from audience.models.findings import AudienceGroup, AudienceHour, AudiencePerson, Classification
from audience.models.growth import FollowerDemographics, ProfileSnapshot
from audience.models.packs import AudiencePacked, AudiencePage, AudienceSheet
from audience.models.people import AudienceCohort, AudienceHabit, AudienceSegment
from audience.models.reviews import Dimension, PromptTrial, Queue, Review, ReviewItem
from audience.models.rollups import AudienceDay, AudiencePost, AudienceState
from audience.models.runs import Run, RunBatch
from audience.models.scrapes import ReadingClaim, ScrapePart
from audience.models.words import AccountWords, CommentClaim, CommentReading, PodMember, WordsDay, WordsGroup

__all__ = [
    "AccountWords",
    "AudienceCohort",
    "AudienceDay",
    "AudienceGroup",
    "AudienceHabit",
    "AudienceHour",
    "AudiencePacked",
    "AudiencePage",
    "AudiencePerson",
    "AudiencePost",
    "AudienceSegment",
    "AudienceSheet",
    "AudienceState",
    "Classification",
    "Comment",
    "CommentClaim",
    "CommentReading",
    "Commenter",
    "Dimension",
    "FollowerDemographics",
    "PictureState",
    "PodMember",
    "Post",
    "ProfileSnapshot",
    "PromptTrial",
    "Queue",
    "ReadingClaim",
    "Review",
    "ReviewItem",
    "Run",
    "RunBatch",
    "ScrapePart",
    "StoredImage",
    "TrackedAccount",
    "WordsDay",
    "WordsGroup",
]
