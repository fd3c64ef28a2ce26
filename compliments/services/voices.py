"""How a workspace sounds, and how much it says to one author. Inside the workspace's scope."""

from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Lower

from accounts.models import Membership
from accounts.services import record
from aura.http.problems import Problem
from aura.providers.writer_ports import Voice
from aura.tenancy.scope import current_workspace_id
from compliments.models import ComplimentLimit, VoicePreset
from compliments.queries.writing import limit

MOST_PRESETS = 50


def save_preset(values: Mapping[str, Any], preset: VoicePreset | None = None) -> VoicePreset:
    """Write a voice, or change one. Raises :class:`Problem` ``voice_exists`` or ``too_many_voices`` (409)."""
    row = preset or VoicePreset(workspace_id=current_workspace_id())
    others = VoicePreset.objects.exclude(pk=row.pk)
    name = str(values.get("name", row.name)).strip()
    if others.annotate(lower=Lower("name")).filter(lower=name.lower()).exists():
        raise Problem("voice_exists", f"There is a voice named {name} already.", status=409, pointer="/name")
    if preset is None and others.count() >= MOST_PRESETS:
        raise Problem("too_many_voices", f"A workspace has at most {MOST_PRESETS} voices.", status=409)
    row.name = name
    for field in ("description", "examples", "avoid"):
        if field in values:
            setattr(row, field, values[field])
    row.save()
    return row


def voice_of(preset: VoicePreset | None) -> Voice:
    """The voice as a writer takes it; without a preset one without a character."""
    if preset is None:
        return Voice()
    return Voice(preset.name, preset.description, tuple(preset.examples), tuple(preset.avoid))


def set_limit(actor: Membership, *, most: int, days: int) -> ComplimentLimit:
    """How many texts one author may get within some days."""
    before = limit()
    row, _ = ComplimentLimit.objects.update_or_create(
        workspace_id=current_workspace_id(), defaults={"most": most, "days": days}
    )
    record(
        "compliments.limit_changed",
        user_id=actor.user_id,
        target="compliments",
        before=str(before),
        after=str(row),
    )
    return row
