"""Takes a person's naming out of texts and JSON of other rows, table by table."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

from aura.privacy.registry import CLEANED, declared
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import current_workspace_id

PAGE = 500
FIRST = UUID(int=0)


def needles(who: Identifiers) -> list[str]:
    """Patterns for LIKE, of which one matches whatever names the person."""
    escaped = (needle.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%") for needle in who.needles)
    return [f"%{needle}%" for needle in escaped]


def cleaned_models() -> Iterator[tuple[type[models.Model], list[models.Field[Any, Any]]]]:
    """Every model with fields that may name anybody, and those fields. Apps that are not installed are left out."""
    for label, fields in declared().items():
        app, name = label.split(".")
        if app not in apps.app_configs:
            continue
        model = apps.get_model(app, name)
        wanted = [model._meta.get_field(name) for name, kind in fields.items() if kind in CLEANED]
        if wanted and hasattr(model, "workspace"):
            yield model, wanted


def page(table: str, columns: list[str], patterns: list[str], after: UUID, size: int = PAGE) -> list[tuple[Any, ...]]:
    """The next rows (id, columns as text) of the open workspace that may name the person, by id."""
    parts = [sql.SQL("lower({}::text) LIKE ANY (%(needles)s)").format(sql.Identifier(name)) for name in columns]
    query = sql.SQL(
        "SELECT id, {columns} FROM {table} WHERE workspace_id = %(workspace)s AND id > %(after)s AND ({any}) "
        "ORDER BY id LIMIT %(size)s"
    ).format(
        columns=sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns),
        table=sql.Identifier(table),
        any=sql.SQL(" OR ").join(parts),
    )
    values: dict[str, Any] = {"needles": patterns, "workspace": current_workspace_id(), "after": after, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def clean_page(
    model: type[models.Model], fields: list[models.Field[Any, Any]], who: Identifiers, after: UUID
) -> tuple[UUID | None, int]:
    """Clean the next rows of a table; returns the last id looked at (None at the end) and how many rows changed."""
    table = model._meta.db_table
    rows = page(table, [str(field.column) for field in fields], needles(who), after)
    changed = 0
    for key, *texts in rows:
        values = {}
        for field, text in zip(fields, texts, strict=True):
            if text is not None and (fresh := _cleaned(field, text, who)) is not None:
                values[str(field.column)] = fresh
        if values:
            changed += 1
            _update(table, key, values)
    return (rows[-1][0] if len(rows) == PAGE else None), changed


def _cleaned(field: models.Field[Any, Any], text: str, who: Identifiers) -> Any:
    """The new value of a field, or None where it stays."""
    if isinstance(field, models.JSONField):
        value = orjson.loads(text)
        fresh = who.without_in(value, field.name)
        return Jsonb(fresh) if fresh != value else None
    if isinstance(field, ArrayField):
        return None
    fresh = who.without_in(text, field.name)
    if fresh == text:
        return None
    return fresh[: field.max_length] if field.max_length else fresh


def _update(table: str, key: UUID, values: dict[str, Any]) -> None:
    pairs = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values]
    query = sql.SQL("UPDATE {} SET {} WHERE id = {}").format(
        sql.Identifier(table), sql.SQL(", ").join(pairs), sql.Placeholder("row_key")
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values | {"row_key": key})
