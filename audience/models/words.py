"""What the comments say: one reading a comment, what was made of them, and the rollup that makes pages fast (A6).

All of it is derived: read again at will, never the truth. Texts stand only in ``Comment``.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from audience.models.content import Comment, Commenter, Post, TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel


class CommentReading(TenantModel):
    """What one reader made of one comment. ``post`` and ``day`` are the comment's, as the rollup counted them."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, related_name="+", db_index=False)
    post = TenantForeignKey(Post, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(null=True)
    by_owner = models.BooleanField(help_text="written by the account itself")
    sentiment = models.CharField(max_length=8)
    score = models.FloatField(help_text="-1 (negative) to 1 (positive)")
    is_question = models.BooleanField()
    praise = models.CharField(max_length=8, blank=True)
    language = models.CharField(max_length=8)
    text_hash = models.BigIntegerField(help_text="of the text that was read, to notice an edited comment")
    fingerprint = models.BigIntegerField(help_text="the same for copies of a text; 0 where it is too short to tell")
    topic = models.PositiveSmallIntegerField(null=True, help_text="number of its topic, where it was in the sample")
    question = models.PositiveSmallIntegerField(null=True, help_text="number of its group of questions")
    reader = models.CharField(max_length=160, help_text="name and version of what read it")
    paid = models.BooleanField(default=False, help_text="by a paid model: never read again while its text stays")
    fallback = models.CharField(max_length=160, blank=True, help_text="why no paid model read it, where one was wanted")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "comment"], name="comment_reading_once")]
        indexes: ClassVar = [
            models.Index(fields=["account", "topic"], condition=Q(topic__isnull=False), name="reading_by_topic"),
            models.Index(fields=["account", "question"], condition=Q(question__isnull=False), name="reading_by_group"),
            models.Index(
                fields=["account", "-day"], condition=Q(is_question=True, by_owner=False), name="reading_questions"
            ),
            models.Index(fields=["post"], name="reading_by_post"),
            models.Index(fields=["account", "text_hash"], condition=Q(paid=True), name="reading_paid_text"),
        ]

    def __str__(self) -> str:
        return self.sentiment


class CommentClaim(TenantModel):
    """A comment that was sent to a paid model, written before the request: after a crash it is not sent again.

    It goes when its reading is stored. What stays says why there is none.
    """

    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, related_name="+", db_index=False)
    text_hash = models.BigIntegerField(help_text="of the text that was sent")
    batch = models.UUIDField(help_text="of the job that sent it")
    model = models.CharField(max_length=120)
    answered = models.BooleanField(default=False)
    code = models.CharField(max_length=60, blank=True, help_text="why the answer held no reading")
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "comment"], name="comment_claim_once")]
        indexes: ClassVar = [models.Index(fields=["batch"], name="comment_claim_by_batch")]


class WordsDay(TenantModel):
    """Rollup: comments of an account's audience on one post and day (UTC) by sentiment."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    post = TenantForeignKey(Post, on_delete=models.CASCADE, related_name="+", db_index=True)
    day = models.DateField(null=True)
    sentiment = models.CharField(max_length=8)
    comments = models.IntegerField()
    questions = models.IntegerField()
    generic = models.IntegerField(help_text="comments that say only praise which would fit any post")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "account", "post", "day", "sentiment"], name="words_day_once", nulls_distinct=False
            )
        ]


class WordsGroup(TenantModel):
    """A topic, or a group of questions that ask the same: its number, the words that name it, its typical comments."""

    class Kind(models.TextChoices):
        TOPIC = "topic", "Topic"
        QUESTION = "question", "Question"

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.PositiveSmallIntegerField()
    words = models.JSONField(default=list, help_text="each written by at least k people")
    examples = ArrayField(models.UUIDField(), help_text="comments, the most typical first")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "kind", "number"], name="words_group_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class PodMember(TenantModel):
    """A person in a group of people who comment together (see ``audience.authenticity``), with the figures why."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField(help_text="of the group")
    posts = models.PositiveIntegerField(help_text="posts that the person commented on soon after they appeared")
    together = models.PositiveIntegerField(help_text="posts of these that most of the group commented on as well")
    minutes = models.FloatField(help_text="median minutes between the person's comment and the group's")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "commenter"], name="pod_member_once")
        ]


class AccountWords(TenantModel):
    """How far the comments of an account are read, and what is shown about their authenticity."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    cursor = models.CharField(max_length=40, blank=True, help_text="last comment that this pass has looked at")
    pass_version = models.BigIntegerField(default=-1, help_text="the account's data_version when this pass began")
    read_version = models.BigIntegerField(default=-1, help_text="the account's data_version that is read completely")
    reader = models.CharField(max_length=160, blank=True, help_text="what read most of the comments")
    wanted = models.CharField(max_length=200, blank=True, help_text="who was to read in the pass; empty: begin anew")
    read_by = models.JSONField(default=list, help_text="comments by what read them and why not by a better one")
    waits_for = models.CharField(max_length=60, blank=True, help_text="code of what the reading waits for")
    waits_until = models.DateTimeField(null=True, help_text="when it goes on by itself at the latest")
    grouped_version = models.BigIntegerField(default=-1, help_text="the data_version that topics were made of")
    version = models.PositiveBigIntegerField(default=0, help_text="grows with every change of these tables")
    sample = models.JSONField(default=dict, help_text="how many comments topics and questions were made of")
    authenticity = models.JSONField(default=dict, help_text="figures of the whole account, no person among them")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "account"], name="account_words_once")]

    def __str__(self) -> str:
        return self.cursor
