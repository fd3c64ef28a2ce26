"""``manage.py rotate_secrets``: encrypt every stored secret anew with the first of AURA_SECRETS_KEYS."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, models, transaction

from aura.tenancy.scope import staff_scope
from aura.tenancy.secrets import EncryptedField, HoldsSecrets, SecretUnreadable, rotate

STAFF = "staff"


def encrypted_columns() -> list[tuple[type[models.Model], str]]:
    """Every model and column that holds encrypted text."""
    found = [(m, f) for m in apps.get_models() for f in m._meta.local_concrete_fields if isinstance(f, EncryptedField)]
    return [(model, str(field.column)) for model, field in found]


def rotate_column(model: type[models.Model], column: str) -> int:
    """Encrypt one column anew; returns how many secrets it holds. Raises :class:`SecretUnreadable`."""
    quote = connections[STAFF].ops.quote_name
    table, key, name = quote(model._meta.db_table), quote(str(model._meta.pk.column)), quote(column)
    with transaction.atomic(using=STAFF), connections[STAFF].cursor() as cursor:
        # The names come from the models; as ciphertext, since the field would decrypt it.
        cursor.execute(f"SELECT {key}, {name} FROM {table} WHERE {name} IS NOT NULL FOR UPDATE")  # noqa: S608
        rows = cursor.fetchall()
        for pk, stored in rows:
            cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key} = %s", [rotate(stored), pk])  # noqa: S608
    return len(rows)


def rotate_rows(model: type[models.Model]) -> int:
    """Let each row of a model that keeps its secrets its own way encrypt them anew; returns how many there are."""
    with transaction.atomic(using=STAFF):
        rows = model._default_manager.using(STAFF).select_for_update(of=("self",))
        return sum(row.reencrypt() for row in rows if isinstance(row, HoldsSecrets))


class Command(BaseCommand):
    help = "Encrypt every stored secret anew with the first key of AURA_SECRETS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        with staff_scope("rotate_secrets"):
            for model, column in encrypted_columns():
                try:
                    total += rotate_column(model, column)
                except SecretUnreadable as error:
                    raise CommandError(f"{model._meta.verbose_name_plural}: {error}") from error
            for model in (m for m in apps.get_models() if issubclass(m, HoldsSecrets)):
                try:
                    total += rotate_rows(model)
                except SecretUnreadable as error:
                    raise CommandError(f"{model._meta.verbose_name_plural}: {error}") from error
        self.stdout.write(f"{total} secrets are encrypted with the first key. Older keys can be taken away.")
