"""The shapes of a session's status and of its results (O10, O11)."""

from typing import Any

from rest_framework import serializers

from optimizer.api.shapes import OUTCOMES, PHOTO_STATES, STATES


class SessionErrorSerializer(serializers.Serializer[Any]):
    """Why a session failed, or what people should know of it: a code of docs/errors.md."""

    code = serializers.CharField()
    message = serializers.CharField()
    retry_after = serializers.IntegerField(allow_null=True, help_text="seconds after which it may work")


class SessionProgressSerializer(serializers.Serializer[Any]):
    """How far a session is."""

    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    eta_seconds = serializers.IntegerField(allow_null=True)


class PlatformErrorSerializer(serializers.Serializer[Any]):
    """Why a platform failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class PlatformStatusSerializer(serializers.Serializer[Any]):
    """How far a platform is; ``processing_time`` is in seconds."""

    status = serializers.ChoiceField(STATES)
    processing_time = serializers.FloatField()
    product_photography = serializers.BooleanField()
    error = PlatformErrorSerializer(allow_null=True)


class PhotographSerializer(serializers.Serializer[Any]):
    """A photograph of the product in one style. ``looks_right`` false: look at it, for the ``reasons`` given."""

    status = serializers.ChoiceField(PHOTO_STATES)
    title = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]  # Field has one
        help_text="who made it, in words for people"
    )
    maker = serializers.CharField()
    placeholder = serializers.BooleanField(help_text="composed by this machine, not by a model")
    reused = serializers.BooleanField()
    looks_right = serializers.BooleanField()
    confidence = serializers.FloatField(allow_null=True, help_text="of the cut-out, 0 to 1")
    reasons = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    prompt_version = serializers.CharField()
    picture = serializers.UUIDField(allow_null=True, help_text="id; see media")
    processing_time = serializers.FloatField(allow_null=True, help_text="seconds")
    error = PlatformErrorSerializer(allow_null=True)


class ComparisonSerializer(serializers.Serializer[Any]):
    """Which of several pictures is the strongest; ``best_picture`` is its number, 0 where they are alike."""

    text = serializers.CharField()
    best_picture = serializers.IntegerField()


class AddressesSerializer(serializers.Serializer[Any]):
    """Where all of a session is."""

    status_url = serializers.CharField()
    results_url = serializers.CharField()
    archive_url = serializers.CharField(help_text="everything as a ZIP")


class SessionStatusSerializer(AddressesSerializer):
    """How far a session is."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    progress = SessionProgressSerializer()
    estimated_completion = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    processing_time = serializers.FloatField(help_text="seconds")
    reused = serializers.BooleanField(help_text="taken from a former session: nothing was asked or paid")
    platforms = serializers.DictField(child=PlatformStatusSerializer())
    photographs = serializers.DictField(child=PhotographSerializer(), help_text="of the product, by style")
    error = SessionErrorSerializer(allow_null=True)
    notes = SessionErrorSerializer(many=True)


class ResultFileSerializer(serializers.Serializer[Any]):
    """One file of a session, as it is in the ZIP."""

    name = serializers.CharField()
    media_type = serializers.CharField()
    url = serializers.CharField()


class AnalysisSerializer(serializers.Serializer[Any]):
    """What is in the picture."""

    description = serializers.CharField()
    description_source = serializers.ChoiceField(["user", "ai", "both", "none"])
    niches = serializers.ListField(child=serializers.CharField())
    subjects = serializers.ListField(child=serializers.CharField())
    text_in_image = serializers.CharField()
    is_product = serializers.BooleanField(allow_null=True)
    product_reason = serializers.CharField()


class DimensionsSerializer(serializers.Serializer[Any]):
    """In pixels."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PostingSerializer(serializers.Serializer[Any]):
    """When to post, and how sure that is."""

    best_days = serializers.ListField(child=serializers.CharField())
    best_times = serializers.ListField(child=serializers.CharField())
    peak_engagement = serializers.CharField()
    basis = serializers.CharField()
    sure = serializers.CharField()
    why = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # Field has one


class AccountSourceSerializer(serializers.Serializer[Any]):
    """A page that speaks of an account."""

    title = serializers.CharField()
    url = serializers.CharField()


class SuggestedAccountSerializer(serializers.Serializer[Any]):
    """An account to tag."""

    platform = serializers.CharField()
    username = serializers.CharField()
    url = serializers.CharField()
    why = serializers.CharField()
    sources = AccountSourceSerializer(many=True)


class PlatformResultSerializer(serializers.Serializer[Any]):
    """What a platform got. One that is not ``completed`` has only status, error and time."""

    status = serializers.ChoiceField(OUTCOMES)
    error = PlatformErrorSerializer(required=False, allow_null=True)
    processing_time = serializers.FloatField(help_text="seconds")
    product_photography = serializers.BooleanField(required=False)
    file = serializers.CharField(required=False, help_text="name of the picture among the files")
    url = serializers.CharField(required=False, help_text="the picture as a download")
    dimensions = DimensionsSerializer(required=False)
    size = serializers.IntegerField(required=False, help_text="bytes")
    media_type = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    caption = serializers.CharField(required=False)
    caption_length = serializers.IntegerField(required=False, help_text="as the platform counts")
    caption_limit = serializers.IntegerField(required=False)
    first_comment = serializers.CharField(required=False, help_text="hashtags, where they go there")
    hashtags = serializers.ListField(child=serializers.CharField(), required=False)
    alt_text = serializers.CharField(required=False)
    posting = PostingSerializer(required=False, allow_null=True)
    suggested_accounts = SuggestedAccountSerializer(many=True, required=False)
    writer = serializers.CharField(required=False)


class SessionResultsSerializer(AddressesSerializer):
    """What came of a session; of one that goes on, what is ready."""

    format = serializers.IntegerField()
    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    image = serializers.CharField(help_text="name of the picture's file")
    created_at = serializers.DateTimeField()
    processing_time = serializers.FloatField(help_text="seconds")
    reused = serializers.BooleanField()
    analysis = AnalysisSerializer()
    results = serializers.DictField(child=PlatformResultSerializer())
    photographs = serializers.DictField(child=PhotographSerializer(), required=False, help_text="by style")
    comparison = ComparisonSerializer(required=False)
    notes = serializers.ListField(child=serializers.CharField())
    problems = SessionErrorSerializer(many=True, help_text="the notes, with their codes")
    searches = serializers.ListField(child=serializers.JSONField(), help_text="searches that the service shows")
    files = ResultFileSerializer(many=True)
    error = SessionErrorSerializer(allow_null=True)
