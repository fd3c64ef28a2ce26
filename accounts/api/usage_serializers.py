"""The shapes of usage and budgets. Amounts are US dollars, as texts that lose no digit."""

from typing import Any

from rest_framework import serializers

from accounts.models import Budget, EntryState, UsageEntry
from accounts.models.usage import DIGITS, PLACES
from accounts.queries.usage import ENTRY_FIELDS, GROUPS
from accounts.services.ledger import HIGHEST


def _dollars(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=DIGITS + 8, decimal_places=PLACES, **more)


class EntrySerializer(serializers.ModelSerializer[UsageEntry]):
    """One outside call."""

    state = serializers.ChoiceField(EntryState.choices)

    class Meta:
        model = UsageEntry
        fields = ENTRY_FIELDS
        read_only_fields = fields


class BudgetSerializer(serializers.ModelSerializer[Budget]):
    """This month's budget. A ``cap`` of null is no limit."""

    currency = serializers.SerializerMethodField()
    cap = serializers.DecimalField(
        max_digits=DIGITS, decimal_places=2, min_value=0, max_value=HIGHEST, allow_null=True, required=True
    )
    left = _dollars(read_only=True, allow_null=True)

    class Meta:
        model = Budget
        fields = ("month", "currency", "cap", "spent", "reserved", "overrun", "left", "reached_at")
        read_only_fields = ("month", "spent", "reserved", "overrun", "reached_at")

    def get_currency(self, budget: Budget) -> str:
        return "USD"


class UsageAskedSerializer(serializers.Serializer[Any]):
    """Days in UTC, both included; without them this month so far."""

    to = serializers.DateField(required=False)
    group_by = serializers.ChoiceField(GROUPS, required=False, default="provider")

    def get_fields(self) -> dict[str, Any]:
        # “from” cannot be the name of an attribute.
        return {"from": serializers.DateField(required=False), **super().get_fields()}


class UsageSumsSerializer(serializers.Serializer[Any]):
    """Sums of calls. ``amount`` holds what is ``uncertain``; ``unpriced`` calls have no known price and count as 0."""

    calls = serializers.IntegerField()
    failed = serializers.IntegerField()
    amount = _dollars()
    uncertain = _dollars()
    reserved = _dollars()
    unpriced = serializers.IntegerField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cached_tokens = serializers.IntegerField()
    images = serializers.IntegerField()
    items = serializers.IntegerField()
    latency_ms = serializers.FloatField(allow_null=True, help_text="mean of the answered calls")


class UsageRowSerializer(UsageSumsSerializer):
    """The sums of one group; ``key`` is its provider, model, operation, subject or day."""

    key = serializers.CharField()


class UsageSerializer(serializers.Serializer[Any]):
    """What calls of a period cost, in groups; ``more`` says that there are more groups than the dearest thousand."""

    to = serializers.DateField()
    group_by = serializers.ChoiceField(GROUPS)
    currency = serializers.CharField()
    total = UsageSumsSerializer()
    results = UsageRowSerializer(many=True)
    more = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(), **super().get_fields()}
