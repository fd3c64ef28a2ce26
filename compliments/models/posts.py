"""Posts that somebody asked about, with their pictures in order (C1, C2, C6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from aura.media.models import Picture
from aura.tenancy.models import TenantForeignKey, TenantModel


class InstagramPost(TenantModel):
    """A post of Instagram, or pictures that somebody uploaded in its place.

    ``asking`` says how far the fetching at the source in ``source`` is. ``starting`` is written before the service is
    asked: a post found in that state may or may not have been asked for, and is looked for before it is asked again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        DOWNLOADING = "downloading", "Downloading"
        DOWNLOADED = "downloaded", "Downloaded"
        FAILED = "failed", "Failed"

    class Asking(models.TextChoices):
        NOT_YET = "", "Not asked"
        STARTING = "starting", "Starting"
        RUNNING = "running", "Running"
        ANSWERED = "answered", "Answered"

    class Kind(models.TextChoices):
        UNKNOWN = "", "Not known"
        IMAGE = "image", "Picture"
        CAROUSEL = "carousel", "Carousel"
        VIDEO = "video", "Video"

    code = models.CharField(max_length=64, blank=True, help_text="Instagram's short code; empty for uploaded pictures")
    url = models.CharField(max_length=300, blank=True, help_text="the post's own address")
    share = models.CharField(max_length=300, blank=True, help_text="the share link that it was asked by")
    uploaded = models.BooleanField(default=False, help_text="pictures came by upload")
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    author = models.CharField(max_length=60, blank=True, help_text="user name, in lower case")
    author_id = models.CharField(max_length=40, blank=True, help_text="Instagram's number of the author, if told")
    author_name = models.CharField(max_length=200, blank=True)
    caption = models.TextField(blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    likes = models.PositiveIntegerField(null=True, blank=True)
    comments = models.PositiveIntegerField(null=True, blank=True)

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveIntegerField(default=1, help_text="grows with each retry and refresh")
    source = models.CharField(max_length=12, blank=True, help_text="graph, apify, instaloader; the last one asked")
    asking = models.CharField(max_length=10, choices=Asking.choices, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when the source was asked")
    handle = models.JSONField(default=dict, blank=True, help_text="what finds the work at the service again")
    looks = models.PositiveIntegerField(default=0, help_text="how often its state was asked for")
    stumbles = models.PositiveSmallIntegerField(default=0, help_text="passing errors of this source")
    reservation = models.UUIDField(null=True, blank=True, help_text="in the cost ledger")
    max_charge = models.DecimalField(max_digits=12, decimal_places=6, default=0, help_text="US dollars")
    tried = models.JSONField(default=list, blank=True, help_text="sources that did not have it: source, code, message")
    missing = models.PositiveSmallIntegerField(default=0, help_text="pictures that could not be stored")
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="when the source told of the post")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "code"], condition=~Q(code=""), name="instagram_post_once"),
            models.UniqueConstraint(fields=["workspace", "share"], condition=~Q(share=""), name="shared_post_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="instagram_post_newest"),
            models.Index(fields=["workspace", "author"], name="instagram_post_by_author"),
        ]

    def __str__(self) -> str:
        return self.code or str(self.pk)

    @property
    def subject(self) -> str:
        """What its jobs and its entries in the ledger are about."""
        return f"post:{self.pk}"

    @property
    def is_over(self) -> bool:
        """True once nothing more is to be done for it, until somebody retries it."""
        return self.state in {self.State.DOWNLOADED, self.State.FAILED}


class PostImage(TenantModel):
    """One picture of a post. ``picture`` is None until it is stored, and where ``error_code`` says why it is not."""

    class Kind(models.TextChoices):
        IMAGE = "image", "Picture"
        COVER = "cover", "Video cover"

    post = TenantForeignKey(InstagramPost, on_delete=models.CASCADE, related_name="images", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="place in the post, from 1")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.IMAGE)
    picture = TenantForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    alt = models.TextField(blank=True, help_text="Instagram's own description")
    link = models.TextField(blank=True, help_text="where it is fetched from; empty once that is over")
    link_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the link without its signature")
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "post", "number"], name="post_image_once"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.number}"
