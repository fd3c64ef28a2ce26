"""Who the people are that comment on an account, in groups of at least k (A6, A7).

The unfiltered answer comes from the rollup and has exact counts; a filtered one counts the people of the matching
comments by shuffled values (see ``audience.anonymity.shuffled``).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from audience import statistics
from audience.anonymity import (
    OTHER,
    UNKNOWN,
    Census,
    Grid,
    Table,
    Within,
    blurred_grid,
    blurred_people,
    blurred_table,
    exact_grid,
    exact_table,
    merged_small,
    rounded,
)
from audience.models import AudienceGroup, TrackedAccount
from audience.queries.matching import Question, account_key, kept, matching_people
from audience.queries.measured import workspace_errors
from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES

VALUES = {"profile_type": PROFILE_TYPES, "age": AGES, "gender": GENDERS}
DIMENSIONS = ("gender", "age", "profile_type", "language")
BOT = "suspected_bot"
GUESSED_AT_MOST = 0.25
"""Share of the known people that may stand in hidden cells for a correction to make sense."""
CACHE_SECONDS = 24 * 3600

Groups = Mapping[tuple[str, str, str, str], int]


@dataclass(frozen=True, slots=True)
class Demographics:
    """A publishable report. ``people`` is None where there are fewer than k; then nothing else is told either."""

    account: str
    question: Question
    k: int
    people: int | None
    classified: int | None
    tables: dict[str, Table]
    grid: Grid
    method: dict[str, Any] = field(default_factory=dict)
    measured: Mapping[str, statistics.ErrorMatrix] = field(default_factory=dict)
    """What the workspace's own labels say of the model's errors."""

    def as_json(self) -> dict[str, Any]:
        """The answer of the API; see ``docs/api.md`` for its words."""
        errors = self._errors()
        lists = {name: _entries(table, errors.get(name)) for name, table in self.tables.items()}
        suppressed: dict[str, Any] = {"suppressed": True}
        unknown = {name: table.unknown for name, table in self.tables.items()}
        told = self.people is not None and self.classified is not None
        return {
            "account": self.account,
            "from": self.question.start.isoformat() if self.question.start else None,
            "to": self.question.end.isoformat() if self.question.end else None,
            "post": str(self.question.post) if self.question.post else None,
            "profile_type_filter": self.question.profile_type or None,
            "filtered": self.question.filtered,
            "k": self.k,
            **({} if told else suppressed),
            "people": self.people,
            "classified": self.classified,
            "pending": (self.people or 0) - (self.classified or 0) if told else None,
            "unknown": unknown["gender"],
            "unknown_by": unknown,
            **lists,
            "age_gender": _grid_entries(self.grid, errors, self.k),
            "suspected_bots": next(
                (_without_value(entry) for entry in lists["profile_type"] if entry["value"] == BOT), suppressed
            ),
            "method": self.method
            | {
                "corrected": {name: name in errors for name in (*DIMENSIONS, "age_gender")},
                "corrected_by": {
                    name: "labels of this workspace" if name in self.measured else "built-in figures"
                    for name in errors
                    if name in DIMENSIONS
                },
                "interval": "wilson 95 %",
                "rounded_to": self.k if self.question.filtered else 1,
            },
        }

    def _errors(self) -> dict[str, statistics.ErrorMatrix]:
        """The error matrices that are both known for the model and able to explain the counts."""
        known = statistics.error_matrices(self.method.get("model") or "", self.measured)
        fit = {name: errors for name, errors in known.items() if _fits(self.tables[name], errors)}
        if {"age", "gender"} <= set(fit):
            fit["age_gender"] = statistics.joint_errors(fit["age"], fit["gender"])
        return fit


def _fits(table: Table, errors: statistics.ErrorMatrix) -> bool:
    filled = table.filled()
    guessed = sum(filled[value] for value, count in table.counts.items() if count is None)
    return guessed <= GUESSED_AT_MOST * sum(filled.values()) and statistics.explains(errors, filled)


def _entry(what: dict[str, str], count: int | None, share: statistics.Share | None) -> dict[str, Any]:
    if count is None or share is None:
        return what | {"suppressed": True}
    numbers = {"share": share.share, "low": share.low, "high": share.high}
    return what | {"count": count} | {name: round(number, 6) for name, number in numbers.items()}


def _without_value(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: found for name, found in entry.items() if name != "value"}


def _entries(table: Table, errors: statistics.ErrorMatrix | None) -> list[dict[str, Any]]:
    found = statistics.shares(table.filled(), errors, noise=table.noise)
    return [_entry({"value": value}, count, found.get(value)) for value, count in table.counts.items()]


def _grid_entries(grid: Grid, errors: Mapping[str, statistics.ErrorMatrix], k: int) -> list[dict[str, Any]]:
    guess = k / 4 if grid.rounded_to > 1 else 0.0
    filled = {f"{age}|{gender}": count for (age, gender), count in grid.filled(guess).items()}
    found = statistics.shares(filled, errors.get("age_gender"), noise=grid.noise)
    return [
        _entry({"age": age, "gender": gender}, count, found.get(f"{age}|{gender}"))
        for (age, gender), count in grid.counts.items()
    ]


def demographics(
    account: TrackedAccount,
    *,
    start: date | None = None,
    end: date | None = None,
    post: UUID | None = None,
    profile_type: str = "",
) -> Demographics:
    """The demographics of an account's audience; days are inclusive and in UTC. The account itself is left out.

    Filtered answers are kept until the account's data changes (A10).
    """
    question = Question(start, end, post, profile_type)
    found = _asked(account, question)
    names = (str(found.method.get(name) or "") for name in ("model", "model_version", "prompt_version"))
    return replace(found, measured=workspace_errors(*names)) if found.method.get("model") else found


def _asked(account: TrackedAccount, question: Question) -> Demographics:
    start, end, post, profile_type = question.start, question.end, question.post, question.profile_type
    if not question.filtered:
        return _whole(account, question)
    key = f"demographics:{account.workspace_id}:{account.pk}:{account.data_version}:{settings.AURA_K_ANONYMITY}"
    key += f":{start}:{end}:{post}:{profile_type if profile_type in PROFILE_TYPES else ''}"
    found: Demographics | None = cache.get(key)
    if found is None:
        found = _filtered(account, question)
        cache.set(key, found, CACHE_SECONDS)
    return found


def _groups(account: TrackedAccount) -> dict[tuple[str, str, str, str], int]:
    rows = AudienceGroup.objects.filter(account=account)
    names = rows.values_list("profile_type", "age", "gender", "language", "people")
    return {(kind, age, gender, language): people for kind, age, gender, language, people in names}


def _read(groups: Groups) -> dict[tuple[str, str, str, str], int]:
    return {values: people for values, people in groups.items() if values[2]}


def _counted(groups: Groups, *places: int) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for values, people in groups.items():
        counts[tuple(values[place] for place in places) if len(places) > 1 else values[places[0]]] += people
    return counts


def _whole(account: TrackedAccount, question: Question) -> Demographics:
    k = settings.AURA_K_ANONYMITY
    groups = _groups(account)
    people = sum(groups.values())
    read = _read(groups)
    classified = sum(read.values())
    if people < k:
        return _nothing(account, question, k)
    places = {"profile_type": 0, "age": 1, "gender": 2}
    key = account_key(account)
    tables = {
        name: exact_table(_counted(read, place), VALUES[name], classified, k, key) for name, place in places.items()
    }
    languages = merged_small(_counted(read, 3), k)
    tables["language"] = exact_table(languages, tuple(languages), classified, k, key)
    grid = exact_grid(_counted(read, 1, 2), tables["age"], tables["gender"], k, key=key)
    ordered = {name: tables[name] for name in DIMENSIONS}
    return Demographics(
        account.username, question, k, people, classified, ordered, grid, _method(account) if read else {}
    )


def _nothing(account: TrackedAccount, question: Question, k: int) -> Demographics:
    tables = {name: Table(dict.fromkeys(VALUES.get(name, ())), None) for name in DIMENSIONS}
    grid = Grid({(age, gender): None for age in AGES for gender in GENDERS})
    return Demographics(account.username, question, k, None, None, tables, grid)


def _filtered(account: TrackedAccount, question: Question) -> Demographics:
    k = settings.AURA_K_ANONYMITY
    languages = tuple(merged_small(_counted(_read(_groups(account)), 3), k))
    axes = {name: (*values, UNKNOWN) for name, values in VALUES.items()}
    axes["language"] = (*(value for value in languages if value != OTHER), OTHER, UNKNOWN)
    census, everybody = matching_people(account, question, axes) if question.of_comments else _all(account, axes)
    within = Within("profile_type", question.profile_type) if question.profile_type else None
    if everybody < k or (within and within.value not in axes["profile_type"]):
        return _nothing(account, question, k)
    people = blurred_people(census, within, k) if within else rounded(everybody, k, census.key, "people") or k
    if people is None:
        return _nothing(account, question, k)
    classified = people if within else min(people, rounded(census.people, k, census.key, "people"))
    tables = {name: blurred_table(census, name, within, k) for name in DIMENSIONS}
    grid = blurred_grid(census, "age", "gender", within, k)
    return Demographics(account.username, question, k, people, classified, tables, grid, _method(account))


def _all(account: TrackedAccount, axes: Mapping[str, tuple[str, ...]]) -> tuple[Census, int]:
    """Everybody, from the rollup. Only a handful of such questions exist, so rounding alone is enough noise."""
    census, groups = Census(axes, probability=0.0, key=account_key(account)), _groups(account)
    for values, people in groups.items():
        if values[2]:
            named = tuple(map(kept, values, axes.values()))
            for true in (True, False):
                census.add(named, people, true=true)
    return census, sum(groups.values())


# The people who comment most stand for all: they were classified by whatever model the last run used.
METHOD = """
SELECT k.model, k.model_version, k.prompt_version, k.created_at
FROM (
    SELECT commenter_id FROM audience_audienceperson WHERE account_id = %(account)s AND workspace_id = %(workspace)s
    ORDER BY account_id, comments DESC, commenter_id LIMIT 200
) AS a JOIN audience_classification AS k
    ON k.commenter_id = a.commenter_id AND k.workspace_id = %(workspace)s AND k.is_current
ORDER BY k.created_at DESC LIMIT 1
"""


def _method(account: TrackedAccount) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(METHOD, {"account": account.pk, "workspace": account.workspace_id})
        found = cursor.fetchone()
    names = ("model", "model_version", "prompt_version", "classified_at")
    return dict(zip(names, [*found[:3], found[3].isoformat()] if found else [None] * 4, strict=True))
