"""What the HTTP platform remembers: answers given under an Idempotency-Key."""

from typing import ClassVar

from django.db import models

from aura.tenancy.models import TenantModel


class IdempotencyRecord(TenantModel):
    """The first answer to a key. A row without a status is a request still in flight."""

    key = models.CharField(max_length=200)
    route = models.CharField(max_length=300, help_text="method and path the key was used for")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body")
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="idempotency_key_once")]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return self.route
