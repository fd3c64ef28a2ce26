"""What people say about people: labels that win over every model, the queue they come from, and trials of prompts."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from audience.models.content import Commenter
from aura.tenancy.models import TenantForeignKey, TenantModel


class Dimension(models.TextChoices):
    GENDER = "gender", "Gender"
    AGE = "age", "Age"
    PROFILE_TYPE = "profile_type", "Account type"
    LANGUAGE = "language", "Language"


class Queue(models.TextChoices):
    SAMPLE = "sample", "Random sample"
    DOUBTFUL = "doubtful", "Doubtful"


class ReviewItem(TenantModel):
    """Somebody drawn for a look: at random with a known probability, or because the model is in doubt."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Answered"
        SKIPPED = "skipped", "Skipped"

    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="+", db_index=False)
    queue = models.CharField(max_length=8, choices=Queue.choices)
    stratum = models.CharField(max_length=40, blank=True)
    stratum_size = models.PositiveIntegerField(default=0, help_text="people of the stratum when it was drawn from")
    place = models.PositiveIntegerField(help_text="random order inside its draw")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "commenter", "queue"], name="review_item_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "queue", "created_at", "place"],
                condition=Q(state="waiting"),
                name="review_item_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.state}"


class Review(TenantModel):
    """What somebody of the workspace says about one person in one dimension. The current one wins over every model.

    ``stratum`` and ``stratum_size`` are kept where the person came from the random sample, so that accuracy can be
    estimated without bias; a later correction of the same person keeps them. ``said`` is what the model said then.
    """

    class Source(models.TextChoices):
        SAMPLE = "sample", "Random sample"
        DOUBTFUL = "doubtful", "Doubtful"
        CORRECTION = "correction", "Correction"

    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    dimension = models.CharField(max_length=12, choices=Dimension.choices)
    value = models.CharField(max_length=16, help_text='"unknown" where the person cannot tell either')
    source = models.CharField(max_length=10, choices=Source.choices)
    stratum = models.CharField(max_length=40, blank=True)
    stratum_size = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=60, blank=True)
    model_version = models.CharField(max_length=60, blank=True)
    prompt_version = models.CharField(max_length=60, blank=True)
    said = models.CharField(max_length=16, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.UUIDField(help_text="shared by the reviews of one answer, which are undone together")
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "commenter", "dimension"], condition=Q(is_current=True), name="review_current_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "commenter", "dimension"], name="review_of_person"),
            models.Index(fields=["workspace", "created_at"], condition=Q(is_current=True), name="review_current"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.source}"


class PromptTrial(TenantModel):
    """A change of the words sent to a model: tried on labelled people before it replaces the words in use."""

    class Decision(models.TextChoices):
        ADOPTED = "adopted", "Replaced the old prompt"
        KEPT = "kept", "Old prompt kept"
        UNTESTED = "untested", "Taken without a comparison"

    model = models.CharField(max_length=60)
    active = models.CharField(max_length=60, blank=True, help_text="the version in use before")
    candidate = models.CharField(max_length=60)
    people = models.PositiveIntegerField(help_text="labelled people whom both versions read")
    metrics = models.JSONField(default=dict, help_text="figures of both versions and of the test")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reason = models.CharField(max_length=300)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0, help_text="US dollars")
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "model", "-decided_at"], name="prompt_trial_latest")]

    def __str__(self) -> str:
        return f"{self.model} {self.candidate}: {self.decision}"
