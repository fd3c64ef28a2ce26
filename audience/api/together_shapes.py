"""JSON shapes of the answers about several audiences."""

from typing import Any

from rest_framework import serializers

Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


class SideSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.CharField()
    to = serializers.DateField(allow_null=True)
    people = serializers.IntegerField(allow_null=True)
    comments = serializers.IntegerField(allow_null=True)

    def get_fields(self) -> Fields:
        # "from" is a word of Python, so the field cannot be written as an attribute.
        return {**super().get_fields(), "from": serializers.DateField(allow_null=True)}


class ValueSerializer(serializers.Serializer[Any]):
    suppressed = serializers.BooleanField(required=False)
    value = serializers.FloatField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)


class ComparedSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF reads it as a field
    measure = serializers.ChoiceField(["share", "part", "mean"])
    a = ValueSerializer()
    b = ValueSerializer()
    difference = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    effect = serializers.FloatField(allow_null=True, help_text="Cohen's h, of shares of people")
    size = serializers.CharField(allow_blank=True)
    p = serializers.FloatField(allow_null=True)
    adjusted = serializers.FloatField(allow_null=True, help_text="p after Holm's correction over all rows")
    verdict = serializers.ChoiceField(["clear", "likely", "chance", "untested"])
    words = serializers.CharField()


class CompareSerializer(serializers.Serializer[Any]):
    """Two sides, row by row."""

    k = serializers.IntegerField()
    a = SideSerializer()
    b = SideSerializer()
    same_account = serializers.BooleanField()
    words = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    rows = ComparedSerializer(many=True)


class OverlapAccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.CharField()
    people = serializers.IntegerField(allow_null=True)


class OverlapPairSerializer(serializers.Serializer[Any]):
    a = serializers.CharField()
    b = serializers.CharField()
    suppressed = serializers.BooleanField(required=False)
    shared = serializers.IntegerField(required=False)
    about = serializers.BooleanField(required=False, help_text="rounded to a multiple of k")
    share_of_a = serializers.FloatField(required=False)
    share_of_b = serializers.FloatField(required=False)
    jaccard = serializers.FloatField(required=False)


class RegionSerializer(serializers.Serializer[Any]):
    accounts = serializers.ListField(child=serializers.CharField())
    suppressed = serializers.BooleanField(required=False)
    people = serializers.IntegerField(required=False)
    about = serializers.BooleanField(required=False)


class OverlapSerializer(serializers.Serializer[Any]):
    """People whom accounts share. Counted, not estimated: there are no intervals."""

    k = serializers.IntegerField()
    exact = serializers.BooleanField()
    people = serializers.IntegerField(allow_null=True)
    accounts = OverlapAccountSerializer(many=True)
    pairs = OverlapPairSerializer(many=True)
    regions = RegionSerializer(many=True)
