"""JSON shapes of the answers about the people of an audience."""

from typing import Any

from rest_framework import serializers


class FigureSerializer(serializers.Serializer[Any]):
    """A number with its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CountSerializer(serializers.Serializer[Any]):
    """Some of the people. Where they are too few, ``suppressed`` is true and no number stands here."""

    suppressed = serializers.BooleanField(required=False)
    count = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)


class PeopleSerializer(serializers.Serializer[Any]):
    account = serializers.CharField()
    k = serializers.IntegerField(help_text="smallest group that is shown")
    people = serializers.IntegerField(allow_null=True)


class MonthSerializer(serializers.Serializer[Any]):
    month = serializers.DateField(help_text="its first day")
    suppressed = serializers.BooleanField(required=False)
    people = serializers.IntegerField(required=False)
    new = CountSerializer(required=False)
    returning = CountSerializer(required=False)
    loyal = CountSerializer(required=False)


class LaterSerializer(serializers.Serializer[Any]):
    months = serializers.IntegerField(help_text="months after the first comment")
    suppressed = serializers.BooleanField(required=False)
    people = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)


class CohortSerializer(serializers.Serializer[Any]):
    cohort = serializers.DateField(help_text="first day of the month of the first comment")
    suppressed = serializers.BooleanField(required=False)
    people = serializers.IntegerField(required=False)
    later = LaterSerializer(many=True)


class DefinitionSerializer(serializers.Serializer[Any]):
    """Loyal is who commented on so many different posts, or in so many different weeks."""

    posts = serializers.IntegerField()
    weeks = serializers.IntegerField()


class TopShareSerializer(serializers.Serializer[Any]):
    part = serializers.FloatField(help_text="of the people, the most active first")
    share = serializers.FloatField(help_text="of all comments")
    low = serializers.FloatField()
    high = serializers.FloatField()


class ConcentrationSerializer(serializers.Serializer[Any]):
    comments = serializers.IntegerField()
    gini = FigureSerializer()
    top = TopShareSerializer(many=True)


class LoyaltySerializer(PeopleSerializer):
    """Who comes back, and how the talk is spread."""

    definition = DefinitionSerializer()
    dated = serializers.IntegerField(allow_null=True, help_text="people with a comment whose time is known")
    loyal = CountSerializer()
    months = MonthSerializer(many=True)
    cohorts = CohortSerializer(many=True)
    concentration = ConcentrationSerializer(allow_null=True)


class EngagementSerializer(serializers.Serializer[Any]):
    suppressed = serializers.BooleanField(required=False)
    people = serializers.IntegerField(required=False)
    comments_per_person = FigureSerializer(required=False, allow_null=True)
    likes_per_comment = FigureSerializer(required=False, allow_null=True)
    loyal = CountSerializer(required=False)


class SegmentSerializer(EngagementSerializer):
    value = serializers.CharField()


class SegmentsSerializer(PeopleSerializer):
    """How groups engage; ``kind`` is the class of account."""

    all = EngagementSerializer()
    gender = SegmentSerializer(many=True)
    age = SegmentSerializer(many=True)
    profile_type = SegmentSerializer(many=True)
    language = SegmentSerializer(many=True)
    kind = SegmentSerializer(many=True)


class KindSerializer(CountSerializer):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF reads it as a field


class SignalSerializer(CountSerializer):
    name = serializers.CharField()
    words = serializers.CharField()
    weight = serializers.IntegerField(help_text="points; suspicious from rules.suspicious_from on")


class RulesSerializer(serializers.Serializer[Any]):
    many_followers = serializers.IntegerField()
    many_followed = serializers.IntegerField()
    suspicious_from = serializers.IntegerField()


class TypesSerializer(PeopleSerializer):
    """Classes of accounts, of the people whose follower figures are known (``judged``)."""

    judged = serializers.IntegerField(allow_null=True)
    coverage = serializers.FloatField(allow_null=True, help_text="judged among people")
    kinds = KindSerializer(many=True)
    signals = SignalSerializer(many=True)
    rules = RulesSerializer()


class QualityPartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF reads it as a field
    words = serializers.CharField()
    weight = serializers.IntegerField()
    used = serializers.FloatField(help_text="weight after those of missing parts were spread")
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    people = serializers.IntegerField(allow_null=True)
    mark = serializers.FloatField(allow_null=True, help_text="0 to 1")
    points = serializers.FloatField(allow_null=True)
    missing = serializers.CharField(allow_blank=True)


class QualitySerializer(serializers.Serializer[Any]):
    """A score of 0 to 100 and all its parts; null where it is refused."""

    account = serializers.CharField()
    k = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    refused = serializers.CharField(allow_blank=True)
    parts = QualityPartSerializer(many=True)


class SnapshotSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    followers = serializers.IntegerField()
    following = serializers.IntegerField(allow_null=True)
    posts = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # DRF reads it as a field
    gained = serializers.IntegerField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    per_day = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(allow_null=True, help_text="modified z-score; null before there are two snapshots")
    jump = serializers.BooleanField()


class CandidateSerializer(serializers.Serializer[Any]):
    what = serializers.ChoiceField(["post", "viral_post", "comments", "gap"])
    day = serializers.DateField()
    words = serializers.CharField()


class JumpSerializer(serializers.Serializer[Any]):
    """A change that stands out, with what came at the same time; nothing here proves a cause."""

    day = serializers.DateField()
    since = serializers.DateField()
    gained = serializers.IntegerField()
    per_day = serializers.FloatField()
    score = serializers.FloatField()
    candidates = CandidateSerializer(many=True)


class BesideSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    followers = CountSerializer()
    commenters = CountSerializer()


class PlaceSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    count = serializers.IntegerField()
    share = serializers.FloatField()


class FollowersSerializer(serializers.Serializer[Any]):
    """Instagram's own counts of followers beside what commenters look like."""

    as_of = serializers.DateField()
    unknown_gender = serializers.IntegerField()
    age = BesideSerializer(many=True)
    gender = BesideSerializer(many=True)
    country = PlaceSerializer(many=True)
    city = PlaceSerializer(many=True)


class GrowthSerializer(serializers.Serializer[Any]):
    account = serializers.CharField()
    points = SnapshotSerializer(many=True)
    jumps = JumpSerializer(many=True)
    followers = FollowersSerializer(allow_null=True)
