"""JSON shapes of the privacy API."""

from typing import Any, ClassVar

from django.urls import reverse
from rest_framework import serializers

from accounts.models import AuditEntry
from aura.privacy import services
from aura.privacy.forms import MOST_DAYS
from aura.privacy.models import ErasureRequest, OptOut, RetentionPolicy, SubjectExport
from aura.privacy.subjects import Identifiers


class PersonSerializer(serializers.Serializer[Any]):
    """One Instagram person: by user name, by id, or by both."""

    username = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    id = serializers.CharField(max_length=40, required=False, allow_blank=True, default="", help_text="a number")

    def who(self) -> Identifiers:
        """The person; raises ``Problem`` where nobody is named."""
        data = self.validated_data
        return services.identify(data["username"], data["id"], bare_words=bool(data.get("bare_words")))


class ErasureInputSerializer(PersonSerializer):
    opt_out = serializers.BooleanField(default=True, help_text="also keep the person out from now on")
    bare_words = serializers.BooleanField(
        default=False, help_text="also remove the name where it stands as an ordinary word"
    )


class SubjectSerializer(serializers.ModelSerializer[Any]):
    """Work about one person, who is never named."""

    status = serializers.CharField(source="state")
    status_url = serializers.SerializerMethodField()
    route = ""

    def get_status_url(self, row: Any) -> str:
        return reverse(self.route, args=[row.pk])


class ErasureSerializer(SubjectSerializer):
    """One erasure. Once it is done ``proof`` is the SHA-256 over ``record``, and stands in the audit log."""

    route = "api:privacy:erasure"
    record = serializers.SerializerMethodField()

    class Meta:
        model = ErasureRequest
        fields: ClassVar = [
            "id",
            "status",
            "status_url",
            "opt_out",
            "replayed",
            "counts",
            "scan",
            "proof",
            "record",
            "error",
            "created_at",
            "finished_at",
        ]

    def get_record(self, row: ErasureRequest) -> dict[str, Any] | None:
        return services.proof_record(row) if row.proof else None


class ExportSerializer(SubjectSerializer):
    """One export of a person. ``download_url`` is there while the file is."""

    route = "api:privacy:export"
    download_url = serializers.SerializerMethodField()

    class Meta:
        model = SubjectExport
        fields: ClassVar = [
            "id",
            "status",
            "status_url",
            "download_url",
            "counts",
            "size",
            "sha256",
            "error",
            "expires_at",
            "created_at",
            "finished_at",
        ]

    def get_download_url(self, row: SubjectExport) -> str | None:
        return reverse("api:privacy:export_download", args=[row.pk]) if row.is_there else None


class OptOutSerializer(serializers.ModelSerializer[OptOut]):
    """An entry of the do-not-process list: that there is one, not of whom."""

    by_username = serializers.SerializerMethodField()
    by_id = serializers.SerializerMethodField()

    class Meta:
        model = OptOut
        fields: ClassVar = ["id", "by_username", "by_id", "created_at"]

    def get_by_username(self, row: OptOut) -> bool:
        return bool(row.username_hash)

    def get_by_id(self, row: OptOut) -> bool:
        return bool(row.id_hash)


class RetentionSerializer(serializers.ModelSerializer[RetentionPolicy]):
    """Days; null keeps things for ever."""

    class Meta:
        model = RetentionPolicy
        fields: ClassVar = ["comments_days", "pictures_days", "uploads_days", "exports_days", "audit_days"]
        extra_kwargs: ClassVar = {name: {"min_value": 1, "max_value": MOST_DAYS} for name in fields}


class AuditSerializer(serializers.ModelSerializer[AuditEntry]):
    """One entry of the audit log, a link of its chain."""

    user = serializers.SerializerMethodField(help_text="e-mail address, or null for Aura itself")
    detail = serializers.JSONField()

    class Meta:
        model = AuditEntry
        fields: ClassVar = [
            "id",
            "sequence",
            "created_at",
            "action",
            "user",
            "target",
            "detail",
            "previous",
            "digest",
        ]

    def get_user(self, row: AuditEntry) -> str | None:
        return row.user.email if row.user else None


class AcceptedSerializer(serializers.Serializer[Any]):
    """The answer to the start of work about a person."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()
