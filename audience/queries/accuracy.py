"""How right the models are about this workspace's own people, from the labels of the random sample (A8).

Only people who were drawn at random count. Within a stratum everybody had the same chance, so each labelled person
stands for the stratum's size over the number of its labels. Labels stay good for every model: whoever was labelled once
is compared with what each model and version said about them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max, QuerySet

from audience.evaluation import Case, by, groups, question
from audience.evaluation.sample import Sample
from audience.models import Classification, Review
from audience.queries.reviews import CHOICES
from aura.providers.ports import UNKNOWN
from aura.tenancy.scope import current_workspace_id

MOST_LABELS = 20_000
CACHE_SECONDS = 24 * 3600
Version = tuple[str, str, str]
"""Model, its version, the version of its prompt."""


@dataclass(slots=True)
class Labelled:
    """One person with a label in one dimension, and what they are otherwise said to be."""

    person: UUID
    truth: str
    stratum: str
    weight: float = 1.0
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Measured:
    """The cases of one model version, by dimension, with the person of each."""

    version: Version
    latest: Any = None
    cases: dict[str, list[tuple[Labelled, Case]]] = field(default_factory=lambda: defaultdict(list))


def sample_reviews() -> QuerySet[Review]:
    """The current labels of people who were drawn at random, newest first."""
    rows = Review.objects.filter(is_current=True, dimension__in=CHOICES).exclude(stratum="")
    return rows.order_by("-created_at", "-pk")


def stamp() -> str:
    """Changes whenever a label or a reading of a labelled person does."""
    newest = Review.objects.order_by("-created_at", "-pk").values_list("pk", flat=True).first()
    labelled_rows = Review.objects.filter(is_current=True).exclude(stratum="")
    people = labelled_rows.values("commenter")
    read = Classification.objects.filter(commenter__in=people).aggregate(last=Max("created_at"), count=Count("pk"))
    seen = f"{newest}:{labelled_rows.count()}:{read['last']}:{read['count']}"
    return hashlib.sha256(seen.encode()).hexdigest()


def labelled() -> dict[str, list[Labelled]]:
    """People with a label, by dimension, each with the weight of its stratum."""
    rows = list(sample_reviews()[:MOST_LABELS])
    said: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    for row in rows:
        said[row.commenter_id][row.dimension] = row.value
    found: dict[str, list[Labelled]] = {name: [] for name in CHOICES}
    size: dict[str, int] = {}
    for row in rows:
        size.setdefault(row.stratum, row.stratum_size)
        found[row.dimension].append(Labelled(row.commenter_id, row.value, row.stratum, others=said[row.commenter_id]))
    for people in found.values():
        _weigh(people, size)
    return found


def _weigh(people: Iterable[Labelled], sizes: Mapping[str, int]) -> None:
    """One over the share of the stratum that was labelled, so that all weights add up to the people of the strata."""
    count: defaultdict[str, int] = defaultdict(int)
    for one in people:
        count[one.stratum] += 1
    for one in people:
        one.weight = max(1.0, sizes[one.stratum] / count[one.stratum])


def measured() -> list[Measured]:
    """What each model version said about the labelled people, the version that read last first."""
    labels = labelled()
    keys = {one.person for people in labels.values() for one in people}
    rows = Classification.objects.filter(commenter__in=keys).order_by("created_at", "pk")
    readings: defaultdict[Version, dict[UUID, Classification]] = defaultdict(dict)
    for row in rows.iterator(chunk_size=2000):
        readings[row.model, row.model_version, row.prompt_version][row.commenter_id] = row
    found = [_measured(version, rows_of, labels) for version, rows_of in readings.items()]
    return sorted(found, key=lambda one: one.latest, reverse=True)


def _measured(
    version: Version, rows: Mapping[UUID, Classification], labels: Mapping[str, Iterable[Labelled]]
) -> Measured:
    made = Measured(version, max(row.created_at for row in rows.values()))
    for dimension, people in labels.items():
        for one in people:
            row = rows.get(one.person)
            if row is not None and one.truth != UNKNOWN:
                made.cases[dimension].append((one, case_of_row(row, dimension, one.truth, one.weight)))
    return made


def case_of_row(row: Classification, dimension: str, truth: str, weight: float = 1.0) -> Case:
    """A stored reading beside the truth."""
    shares = row.probabilities.get(dimension) or {}
    best = max(shares, key=lambda value: shares[value]) if shares else ""
    confidence = float(getattr(row, f"{dimension}_confidence"))
    return Case(truth, getattr(row, dimension), confidence, best, weight)


def accuracy_report() -> list[dict[str, Any]]:
    """Every figure by model version and dimension; kept until a label or a reading changes.

    A dimension with fewer than k labelled people says only how many there are, and groups of fewer are left out (A7).
    """
    key = f"accuracy:{current_workspace_id()}:{settings.AURA_K_ANONYMITY}:{stamp()}"
    found: list[dict[str, Any]] | None = cache.get(key)
    if found is None:
        found = [_version(one) for one in measured()]
        cache.set(key, found, CACHE_SECONDS)
    return found


def _version(made: Measured) -> dict[str, Any]:
    model, version, prompt = made.version
    dimensions = {name: _dimension(name, made.cases.get(name, [])) for name in CHOICES}
    names = {"model": model, "model_version": version, "prompt_version": prompt}
    return names | {"last_read_at": made.latest.isoformat(), "dimensions": dimensions}


def _dimension(name: str, pairs: list[tuple[Labelled, Case]]) -> dict[str, Any]:
    k = settings.AURA_K_ANONYMITY
    if len(pairs) < k:
        return {"labelled": len(pairs), "suppressed": True, "k": k}
    cases = [case for _, case in pairs]
    found = question(CHOICES[name], cases, ordered=name == "age")
    found["classes"] = [one if one["labelled"] >= k else _hidden(one, "value") for one in found["classes"]]
    hidden = {one["value"] for one in found["classes"] if one.get("suppressed")}
    found["confusion"] = {truth: row for truth, row in found["confusion"].items() if truth not in hidden}
    found["reliability"] = [one for one in found["reliability"] if one["accuracy"]["n"] >= k]
    found["bias"] = {by_: _groups(name, pairs, by_, k) for by_ in CHOICES if by_ != name}
    del found["groups"]
    return found


def _groups(name: str, pairs: list[tuple[Labelled, Case]], other: str, k: int) -> list[dict[str, Any]]:
    known = [(one.others.get(other, UNKNOWN), case) for one, case in pairs]
    cases = by([case for _, case in known], ["" if group == UNKNOWN else group for group, _ in known])
    rows = groups(Sample.of(CHOICES[name], cases))
    return [row if row["labelled"] >= k else _hidden(row, "group") for row in rows]


def _hidden(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: row[name], "suppressed": True}
