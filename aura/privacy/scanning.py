"""The search after an erasure: every column of text or JSON of every tenant table, as the database lists them.

It asks the catalogue, not the registry, so a column that nobody declared is searched all the same.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from aura.privacy.cleaning import FIRST, PAGE, needles, page
from aura.privacy.subjects import Identifiers, is_id, is_who

COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND c.table_name IN (SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'workspace_id')
  AND (c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb')
    OR c.udt_name IN ('_text', '_varchar', 'citext'))
ORDER BY 1, 2
"""
JSON = {"json", "jsonb"}


@dataclass
class Scan:
    """``hits``: cells that name the person, by column. ``same_word``: cells with an ordinary word like the name."""

    tables: int = 0
    columns: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    same_word: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        return not self.hits

    def as_json(self) -> dict[str, Any]:
        """For the proof."""
        return {
            "tables": self.tables,
            "columns": self.columns,
            "hits": dict(sorted(self.hits.items())),
            "same_word": dict(sorted(self.same_word.items())),
            "clean": self.is_clean,
        }


def tenant_columns() -> dict[str, dict[str, str]]:
    """Every column of text or JSON of every table with a workspace, with its type, from the database's catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        rows = cursor.fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def scan_table(table: str, columns: dict[str, str], who: Identifiers, scan: Scan, told: Callable[[], object]) -> None:
    """Search one table of the open scope's workspace and add to ``scan``. ``told`` is called after each page."""
    patterns = needles(who)
    scan.tables += 1
    scan.columns += len(columns)
    after: UUID | None = FIRST
    while after is not None:
        rows = page(table, list(columns), patterns, after)
        for _, *texts in rows:
            for (column, kind), text in zip(columns.items(), texts, strict=True):
                if text is not None:
                    _look(f"{table}.{column}", column, kind, text, who, scan)
        after = rows[-1][0] if len(rows) == PAGE else None
        told()


def _look(name: str, column: str, kind: str, text: str, who: Identifiers, scan: Scan) -> None:
    if kind in JSON:
        value = orjson.loads(text)
        hit = who.without_in(value, column) != value
    else:
        hit = who.in_text(text) or ((is_who(column) or is_id(column)) and who.is_whole(text))
    if hit:
        scan.hits[name] += 1
    elif who.as_word(text):
        scan.same_word[name] += 1
