"""What Instagram shows: accounts, posts, comments and the people who wrote them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

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

    class Reader(models.TextChoices):
        AUTO = "auto", "The best that has a key"
        GEMINI = "gemini", "Gemini"
        OPENAI = "openai", "OpenAI or compatible"
        LOCAL = "local", "This machine only"

    username = models.CharField(max_length=30, help_text="lower case, without @")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.UPLOAD)
    external_id = models.CharField(max_length=40, blank=True, help_text="Instagram's id of the account, once known")
    full_name = models.CharField(max_length=200, blank=True)
    biography = models.TextField(blank=True)
    followers = models.PositiveBigIntegerField(null=True, blank=True)
    following = models.PositiveBigIntegerField(null=True, blank=True)
    posts_count = models.PositiveBigIntegerField(null=True, blank=True)
    schedule = models.CharField(max_length=60, blank=True, help_text="cron expression of five fields; empty is off")
    time_zone = models.CharField(max_length=60, default="UTC", help_text="IANA name, for the schedule")
    next_run_at = models.DateTimeField(null=True, blank=True, help_text="follows from the schedule")
    post_limit = models.PositiveIntegerField(default=30, help_text="newest posts that a run looks at")
    comment_limit = models.PositiveIntegerField(default=500, help_text="comments of each post at most")
    refresh_days = models.PositiveIntegerField(default=30, help_text="posts younger than this are looked at again")
    max_cost = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="US dollars that fetching may cost in one run"
    )
    vision = models.CharField(max_length=10, choices=Reader.choices, default=Reader.AUTO)
    comments_by = models.CharField(
        max_length=10, choices=Reader.choices, default=Reader.LOCAL, help_text="who reads what comments say"
    )
    half_price = models.BooleanField(default=False, help_text="let Gemini answer within a day, for half the price")
    last_fetch_at = models.DateTimeField(null=True, blank=True)
    data_version = models.PositiveBigIntegerField(
        default=0, help_text="grows with every change of its data; part of every cache key"
    )
    last_import_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("workspace", Lower("username"), name="tracked_account_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_run_at"], condition=Q(next_run_at__isnull=False), name="tracked_account_due")
        ]

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
    comments_fetched = models.BigIntegerField(
        null=True, blank=True, help_text="what was reported when the comments were last fetched; empty: never"
    )
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
    updated_at = models.DateTimeField(db_default=Now(), help_text="set by the import whenever anything above changes")
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
        indexes: ClassVar = [
            models.Index(fields=["workspace", "username"], name="commenter_by_name"),
            # All that a filtered count of groups asks of a person, without reading what else is known of them.
            models.Index(
                fields=["workspace", "id"],
                include=["noise_key", "gender", "age", "profile_type", "language"],
                name="commenter_groups",
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.username}"


class Comment(TenantModel):
    """One comment or reply."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
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
            models.Index(
                fields=["account", "commented_at"],
                include=["commenter", "likes", "workspace"],
                name="comment_by_time",
            ),
            models.Index(fields=["account", "id"], name="comment_by_import"),
            models.Index(fields=["post", "commented_at"], include=["commenter", "workspace"], name="comment_by_post"),
            models.Index(
                fields=["commenter", "commented_at"],
                include=["account", "post", "likes", "workspace"],
                name="comment_by_person",
            ),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="comment_by_parent"),
            models.Index(
                fields=["account", "parent_external_id"],
                condition=Q(parent__isnull=True) & ~Q(parent_external_id=""),
                name="comment_without_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id
