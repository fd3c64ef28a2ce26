"""How right the models are about the workspace's own people (A8)."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Role
from audience.api.views import AudienceView
from audience.models import PromptTrial
from audience.queries.accuracy import accuracy_report
from audience.queries.measured import workspace_errors
from audience.queries.reviews import queue_counts
from audience.statistics import MEASURED_FROM

TRIALS = 50
FIGURE = {"value": 0.962, "low": 0.921, "high": 0.982, "n": 174}


class QueueSerializer(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()


class VersionSerializer(serializers.Serializer[Any]):
    """One model version. ``dimensions`` has gender, age and profile_type: figures with their 95 % ranges, or, with

    fewer than k labelled people, ``suppressed``.
    """

    model = serializers.CharField()
    model_version = serializers.CharField()
    prompt_version = serializers.CharField()
    last_read_at = serializers.DateTimeField()
    corrects = serializers.ListField(
        child=serializers.CharField(), help_text="dimensions whose shares in reports are corrected by these labels"
    )
    dimensions = serializers.DictField(child=serializers.JSONField())


class TrialSerializer(serializers.ModelSerializer[PromptTrial]):
    """A change of the prompt, and what came of it."""

    class Meta:
        model = PromptTrial
        fields = ("id", "model", "active", "candidate", "people", "metrics", "decision", "reason", "cost", "decided_at")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One version",
            {
                "k": 10,
                "corrects_from": 30,
                "queues": {"sample": {"waiting": 12, "done": 174, "skipped": 3}},
                "versions": [
                    {
                        "model": "local",
                        "model_version": "2",
                        "prompt_version": "",
                        "last_read_at": "2026-11-20T08:00:00Z",
                        "corrects": ["gender"],
                        "dimensions": {"gender": {"labelled": 174, "accuracy": FIGURE}},
                    }
                ],
                "trials": [],
            },
            response_only=True,
        )
    ]
)
class AccuracySerializer(serializers.Serializer[Any]):
    k = serializers.IntegerField()
    corrects_from = serializers.IntegerField(help_text="labels of each value from which reports are corrected by them")
    queues = serializers.DictField(child=QueueSerializer())
    versions = VersionSerializer(many=True)
    trials = TrialSerializer(many=True)


class AccuracyView(AudienceView):
    """Accuracy of every model version, from people who were drawn at random and judged by people."""

    role_for_reading = Role.ANALYST
    reading_scope = "audience:people"

    @extend_schema(responses=AccuracySerializer)
    def get(self, request: Request) -> Response:
        """Confusion, recall, calibration, risk–coverage and bias by group for each model version, with 95 % ranges."""
        answer = {
            "k": settings.AURA_K_ANONYMITY,
            "corrects_from": MEASURED_FROM,
            "queues": queue_counts(),
            "versions": [one | {"corrects": _corrects(one)} for one in accuracy_report()],
            "trials": PromptTrial.objects.order_by("-decided_at", "-pk")[:TRIALS],
        }
        return Response(AccuracySerializer(answer).data)


def _corrects(one: dict[str, Any]) -> list[str]:
    return sorted(workspace_errors(one["model"], one["model_version"], one["prompt_version"]))
