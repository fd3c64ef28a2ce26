"""What goes into and comes out of the API of compliments."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aura.providers.writer_ports import MOST_VARIATIONS, TONES
from compliments.languages import LANGUAGES
from compliments.models import MAX_TEXT, Compliment, ComplimentLimit, InstagramPost, VoicePreset, Writing
from compliments.models.writing import LENGTH_CHOICES, STYLE_CHOICES, VERDICTS

MAX_LIST = 20
STAGES = ["queued", "downloading", "downloaded", "generating", "done", "failed", "cancelled"]


class OrderSerializer(serializers.Serializer[Any]):
    """An order of compliments about a post, which is named by its id or by its address."""

    post = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="id of a post")
    url = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=500, help_text="address of a post, in place of its id"
    )
    style = serializers.ChoiceField(  # type: ignore[assignment]  # Field has one of its own
        STYLE_CHOICES, required=False, default="supportive"
    )
    language = serializers.ChoiceField(list(LANGUAGES.items()), required=False, default="en")
    length = serializers.ChoiceField(LENGTH_CHOICES, required=False, default="medium")
    variations = serializers.IntegerField(required=False, default=3, min_value=1, max_value=MOST_VARIATIONS)
    preset = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="id of a voice")
    writer = serializers.ChoiceField(Writing.Writer.choices, required=False, default=Writing.Writer.AUTO)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["post"]) == bool(attrs["url"].strip()):
            raise serializers.ValidationError({"post": "Name a post by its id or by its address, not both."})
        return attrs

    def validate_post(self, value: UUID | None) -> InstagramPost | None:
        found = None if value is None else InstagramPost.objects.filter(pk=value).first()
        if value is not None and found is None:
            raise serializers.ValidationError("There is no such post in this workspace.")
        return found

    def validate_preset(self, value: UUID | None) -> VoicePreset | None:
        found = None if value is None else VoicePreset.objects.filter(pk=value).first()
        if value is not None and found is None:
            raise serializers.ValidationError("There is no such voice in this workspace.")
        return found


class ReferenceSerializer(serializers.Serializer[Any]):
    """What a text refers to: words, and the number of the picture (0 is the caption)."""

    image = serializers.IntegerField()
    what = serializers.CharField()


class TextSerializer(serializers.ModelSerializer[Compliment]):
    """One text. ``tones`` are percents that sum to 100; a refused text is empty and has its ``reasons``."""

    tones = serializers.DictField(child=serializers.IntegerField(), help_text=f"of {', '.join(TONES)}")
    references = ReferenceSerializer(many=True)
    verdict = serializers.ChoiceField(VERDICTS)
    reasons = serializers.ListField(child=serializers.CharField())
    edited = serializers.SerializerMethodField()

    class Meta:
        model = Compliment
        fields: ClassVar = [
            "number",
            "text",
            "tones",
            "references",
            "verdict",
            "reasons",
            "rating",
            "favourite",
            "edited",
        ]

    def get_edited(self, compliment: Compliment) -> bool:
        return compliment.edited_at is not None


class WriterTriedSerializer(serializers.Serializer[Any]):
    """A writer that was not enough, and why."""

    writer = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class WritingFailureSerializer(serializers.Serializer[Any]):
    """Why an order failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class ComplimentSerializer(serializers.ModelSerializer[Writing]):
    """An order with its variations in ``texts``; ``text``, ``tones``, ``references``, ``verdict``, ``rating`` are those
    of the first one. ``written_style`` is another than ``style`` where that was not fit; ``notes`` say why."""

    status = serializers.ChoiceField(STAGES, source="stage")
    texts = TextSerializer(source="compliments", many=True)
    text = serializers.SerializerMethodField()
    tones = serializers.SerializerMethodField()
    references = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    rating = serializers.SerializerMethodField()
    writer = serializers.CharField(source="model", help_text="who wrote it; empty until then")
    tried = WriterTriedSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    error = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()

    class Meta:
        model = Writing
        fields: ClassVar = [
            "id",
            "post",
            "status",
            "style",
            "written_style",
            "language",
            "length",
            "variations",
            "preset",
            "text",
            "tones",
            "references",
            "verdict",
            "rating",
            "texts",
            "writer",
            "model_version",
            "prompt_version",
            "tried",
            "possible_minor",
            "notes",
            "error",
            "cost",
            "created_at",
            "finished_at",
        ]

    def _first(self, writing: Writing) -> Compliment | None:
        found = list(writing.compliments.all())
        return next((one for one in found if one.verdict == "ok"), found[0] if found else None)

    def get_text(self, writing: Writing) -> str:
        first = self._first(writing)
        return first.text if first else ""

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_tones(self, writing: Writing) -> dict[str, int]:
        first = self._first(writing)
        return dict(first.tones) if first else {}

    @extend_schema_field(ReferenceSerializer(many=True))
    def get_references(self, writing: Writing) -> list[dict[str, Any]]:
        first = self._first(writing)
        return list(first.references) if first else []

    @extend_schema_field(serializers.ChoiceField(VERDICTS, allow_null=True))
    def get_verdict(self, writing: Writing) -> str | None:
        first = self._first(writing)
        return first.verdict if first else None

    def get_rating(self, writing: Writing) -> int | None:
        first = self._first(writing)
        return first.rating if first else None

    @extend_schema_field(WritingFailureSerializer(allow_null=True))
    def get_error(self, writing: Writing) -> dict[str, str] | None:
        return {"code": writing.error_code, "message": writing.error} if writing.error_code else None

    def get_cost(self, writing: Writing) -> dict[str, str]:
        return {"currency": "USD", "amount": f"{writing.booked:.6f}"}


class ChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of a text; ``number`` says which one."""

    number = serializers.IntegerField(
        required=False, min_value=1, help_text="of the text; the first that is fit to post"
    )
    text = serializers.CharField(required=False, max_length=MAX_TEXT)
    rating = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    favourite = serializers.BooleanField(required=False)


class AgainSerializer(serializers.Serializer[Any]):
    """What is to be different the next time; all else stays."""

    style = serializers.ChoiceField(STYLE_CHOICES, required=False)  # type: ignore[assignment]
    language = serializers.ChoiceField(list(LANGUAGES.items()), required=False)
    length = serializers.ChoiceField(LENGTH_CHOICES, required=False)
    variations = serializers.IntegerField(required=False, min_value=1, max_value=MOST_VARIATIONS)


class WritingStartedSerializer(serializers.Serializer[Any]):
    """Where the work can be followed."""

    id = serializers.UUIDField()
    post = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


class PresetSerializer(serializers.ModelSerializer[VoicePreset]):
    """How a workspace sounds."""

    name = serializers.CharField(max_length=60)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    examples = serializers.ListField(
        child=serializers.CharField(max_length=500),
        required=False,
        max_length=MAX_LIST,
        help_text="texts that sound right",
    )
    avoid = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=MAX_LIST, help_text="words never used"
    )

    class Meta:
        model = VoicePreset
        fields: ClassVar = ["id", "name", "description", "examples", "avoid", "created_at"]
        read_only_fields: ClassVar = ["created_at"]


class LimitSerializer(serializers.ModelSerializer[ComplimentLimit]):
    """How many texts one author may get within some days."""

    most = serializers.IntegerField(min_value=0, max_value=100_000)
    days = serializers.IntegerField(min_value=1, max_value=365)

    class Meta:
        model = ComplimentLimit
        fields: ClassVar = ["most", "days"]
