"""One person's classification, and what people say instead of it (A7, A8)."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Role, User
from accounts.services import record
from audience.api.serializers import ClassificationSerializer
from audience.api.views import AudienceView
from audience.models import Classification, Commenter, Review
from audience.queries.reviews import CHOICES, DIMENSIONS, corrections, current_classification
from audience.services import reviews
from aura.http.problems import Problem
from aura.providers.ports import UNKNOWN


class CorrectionSerializer(serializers.Serializer[Any]):
    """What a person says about somebody, in place of the model. Leave out what is not to change."""

    gender = serializers.ChoiceField(choices=[*CHOICES["gender"], UNKNOWN], required=False)
    age = serializers.ChoiceField(choices=[*CHOICES["age"], UNKNOWN], required=False)
    profile_type = serializers.ChoiceField(choices=[*CHOICES["profile_type"], UNKNOWN], required=False)
    language = serializers.CharField(required=False, max_length=7, help_text="ISO 639-1 code, or unknown")


class CorrectedSerializer(serializers.Serializer[Any]):
    """A label that wins over the model."""

    value = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the word of the answer
    at = serializers.DateTimeField()


class PersonSerializer(ClassificationSerializer):
    """What stands about one person, what people corrected of it, and what the model had said."""

    corrected = serializers.DictField(child=CorrectedSerializer())
    model_said = serializers.DictField(child=serializers.CharField())


EXAMPLE = OpenApiExample("A man of 35 to 44", {"gender": "man", "age": "35-44"}, request_only=True)


class ClassificationView(AudienceView):
    """One person's classification (A7): only for analysts and above, every look is logged."""

    role_for_reading = Role.ANALYST
    reading_scope = "audience:people"
    writing_scope = "audience:people"

    @extend_schema(responses=PersonSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What is thought of one person. A possible minor is never shown: 404."""
        person, found = self._found(pk)
        answer = Response(PersonSerializer(_answer(person, found)).data)
        record("audience.person.viewed", user_id=cast(User, request.user).pk, target=str(person.pk))
        return answer

    @extend_schema(
        request=CorrectionSerializer,
        responses={200: PersonSerializer, 204: OpenApiResponse(description="The person is under 18 and not shown.")},
        examples=[EXAMPLE],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Correct what a model said. It wins over every model from now on, and changes every report at once.

        An age of 13-17 makes the person disappear from everything but sums: 204.
        """
        person, found = self._found(pk)
        serializer = CorrectionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            user = cast(User, request.user)
            reviews.correct(person, user.pk, serializer.validated_data, Review.Source.CORRECTION)
        except reviews.ReviewRefused as error:
            raise Problem("invalid_correction", error.message, pointer=f"/{error.field}") from error
        if person.possible_minor:
            return Response(status=204)
        return Response(PersonSerializer(_answer(person, found)).data)

    @extend_schema(request=None, responses={200: PersonSerializer, 204: OpenApiResponse(description="Not shown.")})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take back all that people said about this person: the model's values stand again."""
        person, found = self._found(pk)
        reviews.undo_all(person, cast(User, request.user).pk)
        if person.possible_minor:
            return Response(status=204)
        return Response(PersonSerializer(_answer(person, found)).data)

    def _found(self, pk: UUID) -> tuple[Commenter, Classification]:
        person = get_object_or_404(Commenter.objects.filter(possible_minor=False), pk=pk)
        found = current_classification(person)
        if found is None:
            raise Http404
        return person, found


def _answer(person: Commenter, found: Classification) -> dict[str, Any]:
    values = {str(name): getattr(found, str(name)) for name in ClassificationSerializer().fields}
    said = {name: getattr(found, name) for name in DIMENSIONS}
    stands = {name: getattr(person, name) for name in DIMENSIONS}
    return values | stands | {"corrected": corrections(person), "model_said": said}
