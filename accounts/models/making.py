"""What every row remembers that stands for pictures being made by an outside service or by this machine (G2, O6)."""

from django.db import models
from django.db.models.functions import Now

from aura.tenancy.models import TenantModel


class MakingRow(TenantModel):
    """One order of pictures.

    ``asked_at`` is written before a service is asked and ``external_id`` as soon as it has answered, before anything
    waits: an order found asked and without an id may have been paid for, and is not asked again by itself.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being made"
        STORING = "storing", "Being stored"
        DONE = "done", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    maker = models.CharField(max_length=160, blank=True, help_text="who makes it: provider and model")
    model_version = models.CharField(max_length=160, blank=True)
    tried = models.JSONField(default=list, blank=True, help_text="who was asked before, and why that was not enough")
    placeholder = models.BooleanField(default=False, help_text="composed by this machine, not by a model")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when a service was asked to make it")
    external_id = models.CharField(max_length=160, blank=True, help_text="the service's id")
    reservation = models.CharField(max_length=40, blank=True, help_text="money set aside for it, in the cost ledger")
    looks = models.PositiveIntegerField(default=0, help_text="how often its state was asked for")
    tries = models.PositiveSmallIntegerField(default=1)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def is_over(self) -> bool:
        """True once nothing more is to be done for it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}
