"""Reads: who is not to be processed, what was asked for, how long things are kept."""

import re
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db.models import QuerySet

from accounts.models import AuditEntry
from aura.privacy import keys
from aura.privacy.models import OPEN, ErasureRequest, OptOut, RetentionPolicy, SubjectExport
from aura.privacy.subjects import REMOVED
from aura.tenancy.scope import current_workspace_id

log = structlog.get_logger(__name__)

MENTION = re.compile(r"[@＠]([A-Za-z0-9._]{1,30})")


@dataclass(frozen=True)
class DoNotProcess:
    """Who must not be taken in or processed in one workspace: opted out, or being erased right now."""

    workspace_id: UUID
    hashes: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def has(self, username: str = "", external_id: str = "") -> bool:
        """True where the person with this name or id is on the list."""
        if not self.hashes:
            return False
        return (
            keys.username_hash(self.workspace_id, username) in self.hashes
            or keys.id_hash(self.workspace_id, external_id) in self.hashes
        )

    def without_mentions(self, text: str) -> str:
        """The text with ``@name`` replaced wherever that name is on the list."""
        if not self.hashes or ("@" not in text and "＠" not in text):
            return text
        return MENTION.sub(self._mention, text)

    def _mention(self, found: re.Match[str]) -> str:
        name = found.group(1)
        shown = name.rstrip(".")
        return REMOVED + name[len(shown) :] if self.has(shown) else found.group(0)


def do_not_process() -> DoNotProcess:
    """The list of the open scope's workspace. Load it once for many people."""
    current = keys.key_id()
    rows = OptOut.objects.values_list("username_hash", "id_hash", "key_id")
    found: set[str] = set()
    foreign = 0
    for username, number, key in rows:
        foreign += key != current
        found |= {username, number}
    if foreign:
        log.warning("opt_outs_of_another_key", rows=foreign)
    for hashes in ErasureRequest.objects.filter(state__in=OPEN).values_list("hashes", flat=True):
        found |= set(hashes)
    return DoNotProcess(current_workspace_id(), frozenset(found - {""}))


def may_process(username: str = "", external_id: str = "") -> bool:
    """False for a person who opted out of the open scope's workspace; ask before writing about or to somebody."""
    return not do_not_process().has(username.lower().removeprefix("@"), external_id)


def opt_outs() -> QuerySet[OptOut]:
    """The do-not-process list, newest first."""
    return OptOut.objects.order_by("-created_at", "-id")


def erasures() -> QuerySet[ErasureRequest]:
    """Erasures, newest first."""
    return ErasureRequest.objects.order_by("-created_at", "-id")


def subject_exports() -> QuerySet[SubjectExport]:
    """Exports of one person, newest first."""
    return SubjectExport.objects.order_by("-created_at", "-id")


def retention() -> RetentionPolicy:
    """How long the open scope's workspace keeps things; the defaults where nobody changed them (not saved)."""
    return RetentionPolicy.objects.first() or RetentionPolicy(workspace_id=current_workspace_id())


def audit_entries(action: str = "", user: UUID | None = None) -> QuerySet[AuditEntry]:
    """The audit log of the open scope's workspace, newest first; an action's first words match all below it."""
    rows = AuditEntry.objects.select_related("user").order_by("-created_at", "-sequence")
    if action:
        rows = rows.filter(action__startswith=action)
    return rows.filter(user_id=user) if user else rows
