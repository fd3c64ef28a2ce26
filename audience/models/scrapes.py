"""What a run fetches from Instagram, in parts that are each started once, and who is being read by a paid model."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from audience.models.content import Commenter
from audience.models.runs import Run
from aura.tenancy.models import TenantForeignKey, TenantModel


class ScrapePart(TenantModel):
    """One scrape at an outside service (A1, A9): its handle is stored before anything waits for it.

    ``starting`` is written before the service is asked: a part found in that state may or may not exist there, and is
    looked for before it is started again.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Waiting"
        STARTING = "starting", "Starting"
        RUNNING = "running", "Running"
        FETCHED = "fetched", "Fetched"
        DONE = "done", "Stored"
        FAILED = "failed", "Failed"
        ABORTED = "aborted", "Stopped"

    class Kind(models.TextChoices):
        PROFILE = "profile", "Profile"
        POSTS = "posts", "Posts"
        COMMENTS = "comments", "Comments"

    run = TenantForeignKey(Run, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    targets = models.JSONField(help_text="user names, or addresses of posts")
    limit = models.PositiveIntegerField(help_text="for each target")
    newer_than = models.DateField(null=True, blank=True)
    max_charge = models.DecimalField(max_digits=12, decimal_places=6, default=0, help_text="US dollars")
    reservation = models.UUIDField(null=True, blank=True, help_text="in the cost ledger")
    webhook_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what its webhook must bring")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when the service was asked to start it")
    external_id = models.TextField(blank=True, help_text="the service's id of the scrape")
    dataset_id = models.TextField(blank=True, help_text="where its items are; a whole plan for the Graph API")
    looks = models.PositiveIntegerField(default=0, help_text="how often its state was asked for")
    items = models.PositiveIntegerField(default=0, help_text="fetched by the service so far")
    outcome = models.CharField(max_length=10, blank=True, help_text="how it ended there: succeeded, failed, aborted")
    ended_try = models.PositiveSmallIntegerField(default=0, help_text="the try of the run in which it ended there")
    cursor = models.TextField(blank=True, help_text="where the next page of items begins")
    pages = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=300, blank=True, help_text="where fetched items wait to be read")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of whole pages in the file")
    first_record = models.PositiveBigIntegerField(null=True, help_text="records of the run before this part")
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0, help_text="US dollars")
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "run", "number"], name="scrape_part_once"),
            models.UniqueConstraint(
                fields=["workspace", "run", "external_id"], condition=~Q(external_id=""), name="scrape_adopted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.state}"

    @property
    def is_over(self) -> bool:
        """True once nothing more is to be done for it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.ABORTED}


class ReadingClaim(TenantModel):
    """Who is sent to a paid model, written before the request (A5): after a crash nobody is sent a second time."""

    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="+", db_index=False)
    batch = models.UUIDField(help_text="of the run whose job asked")
    model = models.CharField(max_length=120)
    asked = models.BooleanField(default=True, help_text="perhaps sent; else only chosen to be")
    answered = models.BooleanField(default=False)
    code = models.CharField(max_length=60, blank=True, help_text="why the answer held no reading")
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "commenter"], name="reading_claim_once")]
        indexes: ClassVar = [models.Index(fields=["batch"], name="reading_claim_by_batch")]
