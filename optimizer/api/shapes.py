"""What goes into the API of the optimizer, and the shapes of what it answers (O11)."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aura.providers.outbound import MAX_URL
from optimizer import options as o
from optimizer.comparing import MOST_PICTURES
from optimizer.engine.logos import ANCHORS
from optimizer.models.sessions import MAX_DESCRIPTION, MAX_TEXT
from optimizer.photography import STYLES
from optimizer.platforms import PLATFORMS

STATES = ["queued", "running", "done", "failed", "cancelled"]
OUTCOMES = ["completed", "queued", "running", "failed", "cancelled"]
PHOTO_STATES = ["queued", "running", "storing", "done", "failed", "cancelled"]
MOST_HASHTAGS = 60


@extend_schema_field(OpenApiTypes.BINARY)
class PictureField(serializers.Field[Any, Any, Any, Any]):
    """A file, or the id of a stored picture."""

    def to_internal_value(self, data: Any) -> Any:
        if hasattr(data, "read"):
            return data
        try:
            return UUID(str(data))
        except ValueError:
            raise serializers.ValidationError("This is a file, or the id of a stored picture.") from None

    def to_representation(self, value: Any) -> str:
        return str(value)


class OptionsSerializer(serializers.Serializer[Any]):
    """What may be chosen besides picture, platforms and description; what is not named is as by default."""

    output_format = serializers.ChoiceField(o.CHOICES["output_format"], required=False, help_text="default: jpeg")
    enable_product_photography = serializers.BooleanField(required=False, help_text="default: false")
    photography = serializers.ChoiceField(
        o.PHOTOGRAPHY, required=False, help_text="as enable_product_photography; auto: where a product is found"
    )
    styles = serializers.ListField(
        child=serializers.ChoiceField(list(STYLES)),
        required=False,
        help_text="of product photographs; all seven unless some are named",
    )
    maker = serializers.ChoiceField(o.MAKERS, required=False, help_text="of product photographs")
    logo_position = serializers.ChoiceField(list(ANCHORS), required=False, help_text="default: bottom-right")
    logo_scale = serializers.FloatField(required=False, help_text="0.02 to 1 of the width; default: 0.18")
    logo_margin = serializers.FloatField(required=False, help_text="0 to 0.25 of the width; default: 0.04")
    logo_opacity = serializers.FloatField(required=False, help_text="0 to 1; default: 1")
    logo_tone = serializers.ChoiceField(o.TONES, required=False, help_text="auto: whatever is seen best")
    hashtag_preset = serializers.ChoiceField(
        o.CHOICES["hashtag_preset"], required=False, help_text="few: 3 to 5 on Instagram; default: full"
    )
    language = serializers.ChoiceField(o.CHOICES["language"], required=False, help_text="of the texts; default: en")
    fit = serializers.ChoiceField(o.FITS, required=False, help_text="extend keeps the whole picture; default: crop")
    formats = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="a size by platform; GET optimize/platforms has them"
    )
    writer = serializers.ChoiceField(o.WRITERS, required=False, help_text="of the texts; local: without any service")
    find_accounts = serializers.BooleanField(required=False, help_text="look for accounts to tag; default: true")
    mode = serializers.ChoiceField(o.CHOICES["mode"], required=False, help_text="whose description counts")
    fresh = serializers.BooleanField(required=False, help_text="ask anew where a former session has the answer")


class OptimizeSerializer(OptionsSerializer):
    """One picture: ``image_url`` or ``picture``. Options may stand here or in ``options``."""

    image_url = serializers.CharField(required=False, max_length=MAX_URL)
    picture = serializers.UUIDField(required=False, help_text="id of a stored picture, such as of POST /api/v1/media")
    platforms = serializers.ListField(
        child=serializers.CharField(max_length=20), help_text=f"{', '.join(PLATFORMS)}, or all"
    )
    description = serializers.CharField(required=False, allow_blank=True, max_length=MAX_DESCRIPTION)
    use_ai_analysis = serializers.BooleanField(
        required=False, help_text="false: your own description alone; default: true"
    )
    logo = serializers.UUIDField(required=False, help_text="id of a stored picture")
    others = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_PICTURES - 1,
        help_text="ids of pictures of the same set: which is the strongest?",
    )
    options = OptionsSerializer(required=False)


class OptimizeUploadSerializer(OptimizeSerializer):
    """One picture: ``image`` (JPEG, PNG, BMP, TIFF, WebP, GIF, AVIF; at most 50 MB, at least 300 × 300), ``image_url``
    or ``picture``. Lists: a field several times, ``name[]`` or words between commas."""

    image = serializers.FileField(required=False, allow_empty_file=True)
    logo = PictureField(  # type: ignore[assignment]
        required=False, help_text="a picture, with or without transparency, at most 10 MB; or a stored one's id"
    )
    others = serializers.ListField(
        child=PictureField(),
        required=False,
        max_length=MOST_PICTURES - 1,
        help_text="pictures of the same set, at most 10 MB each, or ids of stored ones: which is the strongest?",
    )
    options = serializers.CharField(required=False, help_text="JSON of an object with options")  # type: ignore[assignment]


class SessionStartedSerializer(serializers.Serializer[Any]):
    """Where the work can be followed. ``id`` and ``session_id`` are the same."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    status_url = serializers.CharField()
    results_url = serializers.CharField()
    estimated_completion = serializers.DateTimeField(allow_null=True)


class ReframingSerializer(serializers.Serializer[Any]):
    """The work on a new crop; ``id`` is the job's."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    platform = serializers.ChoiceField(PLATFORMS)
    status = serializers.ChoiceField(STATES)
    status_url = serializers.CharField()


class FocusSerializer(serializers.Serializer[Any]):
    """What a crop keeps: 0 to 1 from the left and from the top of the picture."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


class HashtagsField(serializers.ListField):
    """Names with or without the sign, also as one text."""

    def to_internal_value(self, data: Any) -> list[Any]:
        words = data.replace(",", " ").split() if isinstance(data, str) else data
        found = super().to_internal_value(words)
        return [name for one in found if (name := one.strip().lstrip("#＃"))]


class PlatformChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of a platform: its texts at once; focus, fit and format make its picture anew."""

    caption = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)
    title = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)
    hashtags = HashtagsField(child=serializers.CharField(max_length=120), required=False, max_length=MOST_HASHTAGS)
    alt_text = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)
    focus = FocusSerializer(required=False, allow_null=True, help_text="null: Aura finds it")
    fit = serializers.ChoiceField(o.FITS, required=False)
    format = serializers.CharField(
        required=False, allow_blank=True, max_length=20, help_text="key of a size; empty: by the picture's shape"
    )
