"""Personal fields of the apps below privacy, and of privacy itself. Features have a ``personal.py`` of their own."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q

from aura.http.models import IdempotencyRecord
from aura.privacy import keys
from aura.privacy.models import SubjectExport
from aura.privacy.registry import Erasure, Keeper, Kind, impersonal, keep, personal
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import current_workspace_id

personal("accounts.User", email=Kind.MEMBER, name=Kind.MEMBER, password=Kind.MEMBER)
impersonal("accounts.Workspace", "name", "slug")
impersonal("accounts.Membership", "role")
impersonal("accounts.SignInLink", "digest", "next_path")
impersonal("accounts.SetupLink", "digest")
impersonal("accounts.TokenFamily", "jti")
personal("accounts.Invitation", email=Kind.TEXT)
impersonal("accounts.Invitation", "role", "digest")
personal("accounts.ApiKey", name=Kind.TEXT)
impersonal("accounts.ApiKey", "prefix", "digest", "scopes")
# An outside service's key, encrypted, and the last four characters of it.
impersonal("accounts.ProviderCredential", "provider", "value", "hint", "problem")
# Kinds and ids of what was paid for, never a name (accounts.services.ledger).
impersonal("accounts.UsageEntry", "provider", "model", "operation", "subject", "state", "error_code")
# Nothing personal is ever written here (accounts.services.record), because nothing here can be erased.
impersonal("accounts.AuditEntry", "action", "target", "detail", "previous", "digest")

personal(
    "jobs.Job",
    payload=Kind.JSON,
    result=Kind.JSON,
    error=Kind.TEXT,
    step=Kind.TEXT,
    key=Kind.TEXT,
    subject=Kind.TEXT,
    correlation_id=Kind.TEXT,
)
impersonal("jobs.Job", "kind", "lane", "state", "worker", "error_code")
personal("jobs.JobStep", handle=Kind.JSON, name=Kind.TEXT, state=Kind.TEXT)

personal(
    "http.IdempotencyRecord",
    key=Kind.IDENTIFIER,
    route=Kind.IDENTIFIER,
    body=Kind.DERIVED,
    headers=Kind.DERIVED,
    digest=Kind.DERIVED,
)

# What a receiver answered is its own text, so it may name anybody.
personal("webhooks.WebhookEndpoint", url=Kind.TEXT, description=Kind.TEXT)
impersonal("webhooks.WebhookEndpoint", "events", "sealed_secrets", "disabled_reason")
personal("webhooks.WebhookEvent", payload=Kind.JSON, subject=Kind.TEXT)
impersonal("webhooks.WebhookEvent", "type")
personal("webhooks.WebhookDelivery", request_excerpt=Kind.TEXT, response_excerpt=Kind.TEXT, error=Kind.TEXT)
impersonal("webhooks.WebhookDelivery", "state", "error_code")

personal("privacy.SubjectExport", hashes=Kind.IDENTIFIER, path=Kind.DERIVED, counts=Kind.DERIVED, sealed=Kind.DERIVED)
impersonal("privacy.SubjectExport", "key_id", "state", "error", "sha256")
# The proof that a person was erased, and the wish not to come back, must outlive the person: both are keyed hashes.
impersonal(
    "privacy.ErasureRequest",
    "hashes",
    "key_id",
    "sealed",
    "state",
    "error",
    "counts",
    "files",
    "scan",
    "proof",
)
impersonal("privacy.OptOut", "username_hash", "id_hash", "key_id")


class PlatformKeeper(Keeper):
    """Remembered answers of the API, and exports of the person."""

    erases = frozenset({"http.IdempotencyRecord", "privacy.SubjectExport"})

    def erase_rows(self, erasure: Erasure) -> None:
        # The digest of a request about a person could be tried out, so those records go whoever they are about.
        told = Q(route__contains="/privacy/")
        for needle in erasure.who.needles:
            told |= Q(body__icontains=needle) | Q(key__icontains=needle) | Q(route__icontains=needle)
        erasure.counts["http_idempotencyrecord"] += IdempotencyRecord.objects.filter(told).delete()[0]
        mine = keys.hashes(current_workspace_id(), erasure.who)
        exports = SubjectExport.objects.filter(hashes__overlap=mine)
        erasure.files += [path for path in exports.values_list("path", flat=True) if path]
        erasure.counts["privacy_subjectexport"] += exports.delete()[0]

    def erase_files(self, workspace_id: UUID, who: Identifiers, paths: Sequence[str]) -> dict[str, int]:
        mine = [path for path in paths if path.startswith("exports/")]
        for path in mine:
            default_storage.delete(path)
        return {"export files": len(mine)} if mine else {}


keep(PlatformKeeper())
