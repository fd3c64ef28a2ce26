"""The accuracy report and the model card: how right the models are, in this workspace and elsewhere (A8)."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from audience import charts, findings
from audience.evaluation import labels_needed
from audience.evaluation.measures import Figure
from audience.model_card import CARDS, PUBLISHED
from audience.models import PromptTrial
from audience.queries.accuracy import accuracy_report
from audience.queries.measured import workspace_errors
from audience.queries.reviews import queue_counts
from audience.statistics import AGES, MEASURED_FROM

TITLES = {"gender": "Gender", "age": "Age bracket", "profile_type": "Account type"}
GOALS = (0.05, 0.03, 0.02)
TRIALS = 10
WORDS = {"woman": "Woman", "man": "Man", **findings.TYPE_WORDS}


@workspace_view(Role.ANALYST)
@require_safe
def accuracy(request: WorkspaceRequest) -> HttpResponse:
    """How right each model version is about the people whom reviewers drew at random."""
    report = accuracy_report()
    chosen = _chosen(report, request.GET.get("version", ""))
    context: dict[str, Any] = {
        "versions": [_version_words(one, number) for number, one in enumerate(report)],
        "chosen": chosen,
        "counts": queue_counts(),
        "k": settings.AURA_K_ANONYMITY,
        "least": MEASURED_FROM,
        "trials": list(PromptTrial.objects.order_by("-decided_at", "-pk")[:TRIALS]),
    }
    if chosen is not None:
        one = report[chosen]
        own = workspace_errors(one["model"], one["model_version"], one["prompt_version"])
        context |= {
            "version": _version_words(one, chosen),
            "kpis": _kpis(one),
            "dimensions": [_dimension(name, found, name in own) for name, found in one["dimensions"].items()],
        }
    return render(request, "audience/accuracy.html", context)


def _chosen(report: list[dict[str, Any]], asked: str) -> int | None:
    if not report:
        return None
    return int(asked) if asked.isdecimal() and int(asked) < len(report) else 0


def _version_words(one: dict[str, Any], number: int) -> dict[str, Any]:
    name = findings.model_words(one["model"])
    words = f"{name[:1].upper()}{name[1:]}"
    # A service that gives no version of its own repeats the model's name.
    if not one["model"].endswith(one["model_version"]):
        words += f", version {one['model_version']}"
    if one["prompt_version"]:
        words += f", prompt {one['prompt_version']}"
    return {"number": number, "words": words}


def _kpis(one: dict[str, Any]) -> list[dict[str, str]]:
    gender, age, kind = (one["dimensions"][name] for name in TITLES)
    return [
        {"label": "Labelled at random", "value": f"{gender['labelled']:,}", "note": "people with a gender"},
        _kpi("Gender right", gender, "accuracy"),
        _kpi("Age right or next to it", age, "accuracy_within_one"),
        _kpi("Account type right", kind, "accuracy"),
    ]


def _kpi(label: str, found: dict[str, Any], name: str) -> dict[str, str]:
    figure = found.get(name) or {"value": None}
    if figure["value"] is None:
        return {"label": label, "value": "–", "note": "too few labels"}
    return {
        "label": label,
        "value": charts.percent_words(figure["value"]),
        "note": f"{charts.range_words(figure)} of those answered",
    }


def _dimension(name: str, found: dict[str, Any], corrects: bool) -> dict[str, Any]:
    shown = {"name": name, "title": TITLES[name], "labelled": found["labelled"], "corrects": corrects}
    if found.get("suppressed"):
        return shown | {"suppressed": True}
    words = WORDS | {value: findings.span(value) for value in AGES}
    people = {one["value"]: one.get("labelled", 0) for one in found["classes"]}
    used = [one for one in found["classes"] if one.get("labelled") or one.get("suppressed")]
    labelled = [one for one in used if not one.get("suppressed")]
    return shown | {
        "measures": _measures(found),
        "numbers": _numbers(found),
        "confusion": charts.confusion(found["confusion"], words, people),
        "recall": charts.measures(labelled, "recall", "value", words),
        "reliability": charts.reliability(found["reliability"]),
        "bias": [
            {"title": TITLES[other], "rows": charts.measures(rows, "accuracy", "group", words)}
            for other, rows in found["bias"].items()
            if rows
        ],
        "needed": _needed(found),
    }


def _measures(found: dict[str, Any]) -> list[charts.Measure]:
    rows = [
        ("Right, of the answered", "accuracy"),
        ("Right or one bracket off", "accuracy_within_one"),
        ("Right, no answer counted wrong", "accuracy_abstentions_wrong"),
        ("Answered at all", "coverage"),
    ]
    return [charts.measure(label, found[name]) for label, name in rows if name in found]


def _numbers(found: dict[str, Any]) -> list[dict[str, str]]:
    rows = [("Macro-F1", "macro_f1"), ("Calibration error", "calibration_error"), ("Area under risk–coverage", "aurc")]
    return [{"label": label, "words": _number(found[name])} for label, name in rows]


def _number(figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "not known"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def _needed(found: dict[str, Any]) -> list[dict[str, Any]]:
    """How many people have to be labelled for a narrower range of “right, of the answered”."""
    accuracy_ = found["accuracy"]
    figure = Figure(accuracy_["value"], accuracy_["low"], accuracy_["high"], accuracy_["n"])
    answered = found["coverage"]["value"] or 1.0
    effect = found["labelled"] / found["effective_labels"] if found["effective_labels"] else 1.0
    rows = []
    for goal in GOALS:
        total = round(labels_needed(figure, goal, effect) / answered)
        rows.append({"goal": round(100 * goal), "total": total, "more": max(0, total - found["labelled"])})
    return rows


@workspace_view()
@require_safe
def model_card(request: WorkspaceRequest) -> HttpResponse:
    """What models are used, what for, what not for, how right they are and where they err."""
    report = accuracy_report() if request.membership.may(Role.ANALYST) else []
    own = [
        {"version": _version_words(one, number)["words"], "kpis": _kpis(one)[1:], "labelled": _kpis(one)[0]["value"]}
        for number, one in enumerate(report)
    ]
    context = {"cards": CARDS, "published": PUBLISHED, "own": own, "k": settings.AURA_K_ANONYMITY}
    return render(request, "audience/model_card.html", context)
