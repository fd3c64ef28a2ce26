"""Who comments on an account: accounts, posts, comments, the people behind them, and what was found out about them.

The ``Audience…`` tables are rollups: derived, rebuilt per account at will, never the truth.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.models import User
from aura.tenancy.models import TenantForeignKey, TenantModel


class StoredImage(TenantModel):
    """A sanitised picture, stored once per content."""

    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "sha256"], name="image_once")]

    def __str__(self) -> str:
        return self.sha256[:12]


class TrackedAccount(TenantModel):
    """An Instagram account whose audience a workspace studies (A1)."""

    class Source(models.TextChoices):
        UPLOAD = "upload", "Uploaded datasets"
        APIFY = "apify", "Apify"
        GRAPH = "graph", "Instagram Graph API"

    username = models.CharField(max_length=30, help_text="lower case, without @")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.UPLOAD)
    external_id = models.CharField(max_length=40, blank=True, help_text="Instagram's id of the account, once known")
    full_name = models.CharField(max_length=200, blank=True)
    biography = models.TextField(blank=True)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    following = models.PositiveBigIntegerField(null=True, blank=True)
    posts_count = models.PositiveBigIntegerField(null=True, blank=True)
    data_version = models.PositiveBigIntegerField(
        default=0, help_text="grows with every change of its data; part of every cache key"
    )
    last_import_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("workspace", Lower("username"), name="tracked_account_once")]

    def __str__(self) -> str:
        return f"@{self.username}"


class Post(TenantModel):
    """A post of a tracked account. The same Instagram post may stand under two accounts (co-authors)."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="posts")
    shortcode = models.CharField(max_length=40, help_text="or Instagram's media id where a dataset has only that")
    external_id = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20, blank=True, help_text="Image, Video or Sidecar, as Instagram says")
    caption = models.TextField(blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    likes = models.BigIntegerField(null=True, blank=True)
    comments_reported = models.BigIntegerField(null=True, blank=True)
    is_pinned = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "shortcode"], name="post_once")
        ]

    def __str__(self) -> str:
        return self.shortcode


class PictureState(models.TextChoices):
    NONE = "", "Not tried"
    STORED = "stored", "Stored"
    MISSING = "missing", "No picture"
    EXPIRED = "expired", "Link expired"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Not reachable"


class Commenter(TenantModel):
    """A person (or page, or bot) who commented. Keyed by Instagram's id; by user name only where no id is known."""

    external_id = models.CharField(max_length=40, blank=True, default="", help_text='"" where only the name is known')
    username = models.CharField(max_length=30)
    full_name = models.CharField(max_length=200, blank=True)
    biography = models.TextField(blank=True)
    is_verified = models.BooleanField(null=True, blank=True)
    is_private = models.BooleanField(null=True, blank=True)
    is_business = models.BooleanField(null=True, blank=True)
    followers = models.BigIntegerField(null=True, blank=True)
    following = models.BigIntegerField(null=True, blank=True)
    posts_count = models.BigIntegerField(null=True, blank=True)
    picture_url = models.TextField(blank=True)
    picture_state = models.CharField(max_length=10, choices=PictureState.choices, blank=True, default="")
    picture = TenantForeignKey(StoredImage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    noise_key = models.BigIntegerField(
        db_default=models.Func(function="aura_noise_key", output_field=models.BigIntegerField()),
        editable=False,
        help_text="secret random number of the disclosure control of filtered counts (A7)",
    )
    created_at = models.DateTimeField(db_default=Now())
    # What the current classification says, copied here so that counting groups needs no join. "" = not classified yet.
    gender = models.CharField(max_length=8, blank=True, db_default="", default="")
    age = models.CharField(max_length=8, blank=True, db_default="", default="")
    profile_type = models.CharField(max_length=16, blank=True, db_default="", default="")
    language = models.CharField(max_length=8, blank=True, db_default="", default="")
    possible_minor = models.BooleanField(db_default=False, default=False)
    classified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "external_id"], condition=~Q(external_id=""), name="commenter_once_by_id"
            ),
            models.UniqueConstraint(
                fields=["workspace", "username"], condition=Q(external_id=""), name="commenter_once_by_name"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "username"], name="commenter_by_name")]

    def __str__(self) -> str:
        return f"@{self.username}"


class Comment(TenantModel):
    """One comment or reply."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+")
    post = TenantForeignKey(Post, on_delete=models.CASCADE, related_name="comments", db_index=False)
    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="comments", db_index=False)
    external_id = models.CharField(max_length=40)
    parent_external_id = models.CharField(max_length=40, blank=True, default="")
    parent = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies", db_index=False
    )
    text = models.TextField(blank=True)
    gif_url = models.TextField(blank=True)
    likes = models.BigIntegerField(null=True, blank=True, help_text="empty where Instagram hides it")
    replies_count = models.BigIntegerField(null=True, blank=True)
    commented_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "external_id"], name="comment_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "commented_at"], include=["commenter"], name="comment_by_time"),
            models.Index(fields=["post", "commented_at"], include=["commenter"], name="comment_by_post"),
            models.Index(fields=["commenter", "commented_at"], name="comment_by_person"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="comment_by_parent"),
        ]

    def __str__(self) -> str:
        return self.external_id


class Run(TenantModel):
    """One analysis of an account: data in, people classified, report updated (A1, A9)."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Step(models.TextChoices):
        READING = "reading", "Reading the file"
        CLASSIFYING = "classifying", "Reading profiles"
        REPORTING = "reporting", "Updating the report"

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.READING)
    filename = models.CharField(max_length=200, blank=True, help_text="as the person named it")
    path = models.CharField(max_length=300, blank=True, help_text="where the upload waits, below the media folder")
    pictures_path = models.CharField(max_length=500, blank=True, help_text="a folder of pictures beside the dataset")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    records_done = models.PositiveBigIntegerField(default=0, help_text="records of the file already stored")
    counts = models.JSONField(default=dict)
    people_total = models.PositiveIntegerField(default=0, help_text="people to classify in this run")
    people_done = models.PositiveIntegerField(default=0)
    batches_left = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index("account", F("created_at").desc(), name="run_by_account")]

    def __str__(self) -> str:
        return f"{self.filename or 'run'} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}


class Classification(TenantModel):
    """What one model found about one person from one set of evidence (A4, A5). Made once, kept with its evidence."""

    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="classifications", db_index=False)
    model = models.CharField(max_length=60)
    model_version = models.CharField(max_length=60)
    prompt_version = models.CharField(max_length=60, blank=True)
    evidence_hash = models.CharField(max_length=64)
    gender = models.CharField(max_length=8)
    gender_confidence = models.FloatField()
    age = models.CharField(max_length=8)
    age_confidence = models.FloatField()
    profile_type = models.CharField(max_length=16)
    profile_type_confidence = models.FloatField()
    language = models.CharField(max_length=8)
    language_confidence = models.FloatField()
    probabilities = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "commenter", "model", "model_version", "evidence_hash"], name="classification_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "commenter"], condition=Q(is_current=True), name="classification_current_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.model_version}"


class AudiencePerson(TenantModel):
    """Rollup: one person in one account's audience."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+")
    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="+")
    comments = models.PositiveIntegerField()
    likes = models.BigIntegerField(help_text="likes received, where known")
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    is_owner = models.BooleanField(help_text="the account itself, which is not its own audience")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "commenter"], name="audience_person_once")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-comments", "commenter"], name="audience_person_top")]


class AudienceGroup(TenantModel):
    """Rollup: how many people of an account's audience share all five properties ("" = not classified yet)."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+")
    gender = models.CharField(max_length=8, blank=True)
    age = models.CharField(max_length=8, blank=True)
    profile_type = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=8, blank=True)
    people = models.PositiveIntegerField()
    comments = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "account", "gender", "age", "profile_type", "language"], name="audience_group_once"
            )
        ]


class AudienceHour(TenantModel):
    """Rollup: comments of an account's audience in one hour (UTC)."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    comments = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "hour"], name="audience_hour_once")
        ]
