"""M13: no field about a person without somebody who erases it, and none that nobody has thought about."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from aura.privacy.registry import (
    ROWS,
    Keeper,
    Kind,
    _personal,
    declared,
    impersonal_fields,
    keep,
    keepers,
    personal_fields,
)

OUTSIDE = {"admin", "auth", "contenttypes", "sessions", "messages", "sites", "account", "mfa", "usersessions"}
TEXTUAL = (models.CharField, models.TextField, models.JSONField, ArrayField, models.FileField, models.BinaryField)
MODELS = [model for model in apps.get_models() if model._meta.app_label not in OUTSIDE | {"token_blacklist"}]


def undeclared(model: type[models.Model]) -> list[str]:
    """Fields of text or JSON about which nobody has said whether they are personal."""
    label = model._meta.label
    known = set(personal_fields(label)) | impersonal_fields(label)
    fields = [f for f in model._meta.local_concrete_fields if isinstance(f, TEXTUAL)]
    return [field.name for field in fields if field.name not in known]


def unerased(label: str, fields: dict[str, Kind]) -> list[str]:
    """Personal fields that nobody erases."""
    handled = {name for keeper in keepers() for name in keeper.erases}
    return [name for name, kind in fields.items() if not _has_eraser(label, kind, handled)]


def _has_eraser(label: str, kind: Kind, handled: set[str]) -> bool:
    model = apps.get_model(label)
    if kind in ROWS:
        return label in handled
    if kind == Kind.MEMBER:
        owners = [f for f in model._meta.local_fields if getattr(f, "related_model", None) is User]
        return model is User or any(f.remote_field.on_delete is models.CASCADE for f in owners)
    # Texts are cleaned in every table of a workspace.
    return any(f.name == "workspace" for f in model._meta.local_concrete_fields)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_field_of_text_is_declared_as_personal_or_not(model: Any) -> None:
    missing = undeclared(model)
    assert not missing, f"declare {model._meta.label}: {missing} in the app's personal.py (docs/privacy.md)"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_what_is_declared_exists(model: Any) -> None:
    label = model._meta.label
    names = {field.name for field in model._meta.get_fields()}
    assert set(personal_fields(label)) | impersonal_fields(label) <= names
    assert not set(personal_fields(label)) & impersonal_fields(label)


def test_every_personal_field_has_an_eraser() -> None:
    assert {label: missing for label, fields in declared().items() if (missing := unerased(label, fields))} == {}


def test_a_personal_field_without_an_eraser_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_personal, "audience.AudienceHour", {"hour": Kind.IDENTIFIER})
    assert unerased("audience.AudienceHour", declared()["audience.AudienceHour"]) == ["hour"]


def test_a_keeper_that_does_nothing_is_harmless(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura.privacy.registry._keepers", [])
    keep(Keeper())
    (keeper,) = keepers()
    assert list(keeper.known()) == []
