"""What the comments of an account say: sentiment, topics, questions, authenticity (A6, A7)."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exporting import note
from accounts.models import Role, User
from accounts.services import record
from audience.api.insights import GroupSerializer, PeriodSerializer
from audience.api.views import OfAccount
from audience.models import TrackedAccount
from audience.queries.authenticity import authenticity, pod_members
from audience.queries.meaning import questions, topics, waiting_questions
from audience.queries.sentiment import Choice, sentiment
from audience.queries.words_tables import TABLES
from aura.http.exports import FORMATS, Table, export_response
from aura.http.listing import FILES, FileSchema, asked_format
from aura.http.renderers import OrjsonRenderer


class WordsQuery(PeriodSerializer):
    """Days (UTC, both included) and a post."""

    post = serializers.UUIDField(required=False, allow_null=True, default=None)


class AboutSerializer(serializers.Serializer[Any]):
    """What every answer begins with."""

    account = serializers.CharField()
    to = serializers.DateField(allow_null=True)
    post = serializers.UUIDField(allow_null=True)
    k = serializers.IntegerField(help_text="smallest group that is shown")
    complete = serializers.BooleanField(help_text="false while newer comments wait to be read")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # "from" is a word of Python, so the field cannot be written as an attribute.
        fields = super().get_fields()
        return {"account": fields.pop("account"), "from": serializers.DateField(allow_null=True), **fields}


class ShareSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    share = serializers.FloatField(help_text="0 to 1")
    low = serializers.FloatField(help_text="lower end of the 95 % interval")
    high = serializers.FloatField()


class SentimentPointSerializer(serializers.Serializer[Any]):
    """Comments of one day, week or month. Where they are too few, ``suppressed`` is true and nothing else stands."""

    at = serializers.DateField()
    comments = serializers.IntegerField()
    positive = serializers.IntegerField(required=False, allow_null=True)
    neutral = serializers.IntegerField(required=False, allow_null=True)
    negative = serializers.IntegerField(required=False, allow_null=True)
    unclear = serializers.IntegerField(required=False, allow_null=True)
    suppressed = serializers.BooleanField(required=False)


class SentimentPostSerializer(serializers.Serializer[Any]):
    post = serializers.UUIDField()
    comments = serializers.IntegerField()
    unclear = serializers.IntegerField(allow_null=True)
    sentiment = GroupSerializer(many=True)


class ReadBySerializer(serializers.Serializer[Any]):
    """Who read comments of the whole account. ``fallback`` says why no paid model read them, where one was wanted."""

    reader = serializers.CharField()
    paid = serializers.BooleanField()
    fallback = serializers.CharField(allow_blank=True)
    comments = serializers.IntegerField(allow_null=True, help_text="null where there are fewer than k")


class SentimentSerializer(AboutSerializer):
    """How people feel. Shares are of the comments that were read as something; the unclear ones stand beside."""

    filtered = serializers.BooleanField(help_text="counts are rounded to protect people")
    reader = serializers.CharField(allow_null=True, help_text="what read most comments, and its version")
    read_by = ReadBySerializer(many=True)
    waits_for = serializers.CharField(allow_blank=True, help_text="budget_reached or quota_day while reading waits")
    waits_until = serializers.DateTimeField(allow_null=True, help_text="when it goes on at the latest")
    comments = serializers.IntegerField(allow_null=True, help_text="null where fewer than k people wrote them")
    unclear = serializers.IntegerField(allow_null=True)
    sentiment = GroupSerializer(many=True)
    questions = ShareSerializer(allow_null=True)
    generic = ShareSerializer(allow_null=True, help_text="praise that would fit any post")
    bucket = serializers.ChoiceField(["day", "week", "month"])
    over_time = SentimentPointSerializer(many=True)
    best = SentimentPostSerializer(many=True)
    worst = SentimentPostSerializer(many=True)


class WordsGroupSerializer(serializers.Serializer[Any]):
    """A topic or a group of questions that ask the same. Examples carry no names."""

    number = serializers.IntegerField()
    words = serializers.ListField(child=serializers.CharField())
    people = serializers.IntegerField()
    comments = serializers.IntegerField()
    share = serializers.FloatField(help_text="of the sample, 0 to 1")
    low = serializers.FloatField()
    high = serializers.FloatField()
    sentiment = GroupSerializer(many=True)
    answered = serializers.IntegerField(help_text="comments that the account replied to")
    last_at = serializers.DateTimeField(allow_null=True)
    examples = serializers.ListField(child=serializers.CharField())


class WordsGroupsSerializer(AboutSerializer):
    sample = serializers.IntegerField(help_text="comments that the groups were made of")
    results = WordsGroupSerializer(many=True)


class PartSerializer(serializers.Serializer[Any]):
    """A part of the score: nothing lost up to ``usual``, ``most`` points from ``worst`` on, a straight line between."""

    name = serializers.ChoiceField(["copies", "generic", "bursts", "pods"])
    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    of = serializers.IntegerField(help_text="comments; posts for bursts")
    usual = serializers.FloatField()
    worst = serializers.FloatField()
    most = serializers.FloatField()
    points = serializers.FloatField()


class BurstSerializer(serializers.Serializer[Any]):
    post = serializers.UUIDField()
    shortcode = serializers.CharField()
    url = serializers.CharField()
    caption = serializers.CharField()
    posted_at = serializers.DateTimeField(allow_null=True)
    early = serializers.IntegerField(help_text="comments in the first 10 minutes")
    expected = serializers.FloatField()
    chance = serializers.FloatField(help_text="of so many on a usual post")


class CopySerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    comments = serializers.IntegerField()
    people = serializers.IntegerField()


class AuthenticitySerializer(serializers.Serializer[Any]):
    """How far the comments look like what people write by themselves. No person stands here."""

    account = serializers.CharField()
    k = serializers.IntegerField()
    complete = serializers.BooleanField()
    comments = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, help_text="0 to 100; null where too few comments")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    parts = PartSerializer(many=True)
    bursts = BurstSerializer(many=True)
    copied_texts = serializers.IntegerField()
    copies = CopySerializer(many=True)
    pod_people = serializers.IntegerField(allow_null=True, help_text="null where they are fewer than k")


class PodMemberSerializer(serializers.Serializer[Any]):
    """A person who comments together with others, with the figures why. It proves nothing."""

    group = serializers.IntegerField(source="number")
    commenter_id = serializers.UUIDField()
    username = serializers.CharField(source="commenter.username")
    posts = serializers.IntegerField()
    together = serializers.IntegerField()
    minutes = serializers.FloatField(help_text="median minutes apart from the group")


class PodsSerializer(serializers.Serializer[Any]):
    account = serializers.CharField()
    results = PodMemberSerializer(many=True)


class WaitingSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="names of people are left out")
    at = serializers.DateTimeField(allow_null=True)
    post = serializers.UUIDField()
    shortcode = serializers.CharField()
    url = serializers.CharField()


class WaitingListSerializer(serializers.Serializer[Any]):
    account = serializers.CharField()
    results = WaitingSerializer(many=True)


class WordsView(OfAccount):
    """Base of the reports about comments: JSON, or the same table as a file."""

    renderer_classes = (OrjsonRenderer, *FILES)
    schema = FileSchema()

    def asked(self, request: Request) -> Choice:
        query = WordsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        return Choice(asked["from"], asked["to"], asked["post"])

    def answer(
        self, request: Request, name: str, ask: Callable[[TrackedAccount, Choice], dict[str, Any]]
    ) -> HttpResponseBase:
        account, choice, wanted = self.account(), self.asked(request), asked_format(request)
        if not wanted:
            return Response(ask(account, choice))
        made = TABLES[name](account, choice)
        table = Table(f"{account.username}-{made.name}", made.columns, made.rows)
        response, rows = export_response(table, FORMATS[wanted])
        note(cast(User, request.user).pk, made.name, wanted, rows, target=str(account.pk))
        return response


class SentimentView(WordsView):
    """How people feel about an account's posts."""

    @extend_schema(parameters=[WordsQuery], responses=SentimentSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Shares with 95 % intervals, over time and by post. As a file: the columns over time."""
        return self.answer(request, "sentiment", sentiment)


class TopicsView(WordsView):
    """What people talk about."""

    @extend_schema(parameters=[WordsQuery], responses=WordsGroupsSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Topics of at least k people among the newest comments, with their share and typical comments."""
        return self.answer(request, "topics", topics)


class QuestionsView(WordsView):
    """What people ask."""

    @extend_schema(parameters=[WordsQuery], responses=WordsGroupsSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Questions that at least k people ask, and how many of them the account answered."""
        return self.answer(request, "questions", questions)


class AuthenticityView(WordsView):
    """Signs of copied or arranged comments."""

    @extend_schema(responses=AuthenticitySerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The score of the whole account with its parts, and what stands behind them."""
        return self.answer(request, "authenticity", lambda account, _: authenticity(account))


class PodsView(OfAccount):
    """People who comment together (A7): only for analysts and above, every look is logged."""

    role_for_reading = Role.ANALYST
    reading_scope = "audience:people"

    @extend_schema(responses=PodsSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Who is in which group and why. A possible minor never is."""
        account = self.account()
        members = pod_members(account)
        answer = PodsSerializer({"account": account.username, "results": members}).data
        record("audience.pods.viewed", user_id=cast(User, request.user).pk, target=str(pk), people=len(members))
        return Response(answer)


class WaitingQuestionsView(OfAccount):
    """Single questions without an answer: only for analysts and above, every look is logged."""

    role_for_reading = Role.ANALYST
    reading_scope = "audience:people"

    @extend_schema(parameters=[WordsQuery], responses=WaitingListSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The 20 newest questions that the account has not answered, without names; none is by a possible minor."""
        query = WordsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, account = query.validated_data, self.account()
        rows = waiting_questions(account, Choice(asked["from"], asked["to"], asked["post"]))
        answer = WaitingListSerializer({"account": account.username, "results": rows}).data
        record("audience.questions.viewed", user_id=cast(User, request.user).pk, target=str(pk), rows=len(rows))
        return Response(answer)
