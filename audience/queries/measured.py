"""Error matrices from this workspace's own labels, which correct the shares of its reports (A6, A8)."""

import hashlib
from collections.abc import Mapping

from django.core.cache import cache
from django.db import transaction

from audience.evaluation.sample import Case, Sample
from audience.models import Review
from audience.queries.accuracy import measured
from audience.statistics import MEASURED_FROM, ErrorMatrix, error_matrices, measured_errors
from aura.providers.ports import AGES, GENDERS
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_workspace_id

KEPT_SECONDS = 3600
CORRECTED = {"gender": GENDERS, "age": AGES}


def workspace_errors(model: str, version: str, prompt: str) -> dict[str, ErrorMatrix]:
    """The matrices of a model version by dimension, from at least 30 labels of each value; empty where there are fewer.

    Kept until a label changes, and for an hour at most.
    """
    token = cache.get(_token_key(), "")
    name = hashlib.sha256(f"{model}|{version}|{prompt}".encode()).hexdigest()
    key = f"errors:{current_workspace_id()}:{name}:{token}"
    found: dict[str, ErrorMatrix] | None = cache.get(key)
    if found is None:
        has_labels = Review.objects.filter(is_current=True).exclude(stratum="").exists()
        found = _made(model, version, prompt) if has_labels else {}
        cache.set(key, found, KEPT_SECONDS)
    return found


def labels_changed() -> None:
    """Let no matrix of before be found again, once the open transaction is committed."""
    key = _token_key()
    transaction.on_commit(lambda: cache.set(key, uuid7().hex, KEPT_SECONDS * 24 * 30))


def _token_key() -> str:
    return f"labels:{current_workspace_id()}"


def _made(model: str, version: str, prompt: str) -> dict[str, ErrorMatrix]:
    mine = next((one for one in measured() if one.version == (model, version, prompt)), None)
    if mine is None:
        return {}
    built_in = error_matrices(model)
    found = {}
    for name in CORRECTED:
        matrix = _matrix(name, [case for _, case in mine.cases.get(name, [])], built_in)
        if matrix is not None:
            found[name] = matrix
    return found


def _matrix(name: str, cases: list[Case], built_in: Mapping[str, ErrorMatrix]) -> ErrorMatrix | None:
    sample = Sample.of(CORRECTED[name], cases).answered
    table = [[0.0] * len(sample.values) for _ in sample.values]
    squares = [0.0] * len(sample.values)
    for truth, seen, weight in zip(sample.truth, sample.seen, sample.weight, strict=True):
        table[int(seen)][int(truth)] += float(weight)
        squares[int(truth)] += float(weight) ** 2
    return measured_errors(CORRECTED[name], table, squares, built_in.get(name), least=MEASURED_FROM)
