"""What goes into and comes out of the generation API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aura.jobs.api import JobSerializer
from aura.jobs.models import Job
from aura.media.models import Picture
from aura.providers.image_ports import ASPECTS, MOST_IMAGES
from generation.models import MAX_PROMPT, MAX_SEED, GeneratedImage, Generation
from generation.queries.generations import generations
from generation.sizing import SizeRefused, aspect_of

MODEL = r"^[A-Za-z0-9][A-Za-z0-9._/:-]{0,119}$"


class GenerateSerializer(serializers.Serializer[Any]):
    """An order. ``size`` (such as ``1080x1350``) may stand in place of ``aspect``."""

    prompt = serializers.CharField(max_length=MAX_PROMPT)
    negative_prompt = serializers.CharField(max_length=MAX_PROMPT, required=False, allow_blank=True, default="")
    provider = serializers.ChoiceField(Generation.Provider.choices, required=False, default=Generation.Provider.AUTO)
    model = serializers.RegexField(
        MODEL, required=False, allow_blank=True, default="", help_text="of the provider; empty for the configured one"
    )
    aspect = serializers.ChoiceField(ASPECTS, required=False, help_text="width by height; 1:1 unless said otherwise")
    size = serializers.CharField(required=False, max_length=15, help_text="width x height, in place of aspect")
    count = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_IMAGES)
    seed = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=MAX_SEED)
    reference = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="id of a picture (POST /api/v1/media) to start from"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        size, aspect = attrs.pop("size", ""), attrs.get("aspect", "")
        if size and aspect:
            raise serializers.ValidationError({"size": "Give a size or an aspect, not both."})
        try:
            attrs["aspect"] = aspect_of(size) if size else aspect or "1:1"
        except SizeRefused as error:
            raise serializers.ValidationError({"size": str(error)}) from None
        if attrs["model"] and attrs["provider"] in {Generation.Provider.AUTO, Generation.Provider.LOCAL}:
            raise serializers.ValidationError({"model": "A model belongs to a provider: name that too."})
        return attrs

    def validate_reference(self, value: UUID | None) -> Picture | None:
        found = None if value is None else Picture.objects.filter(pk=value).first()
        if value is not None and found is None:
            raise serializers.ValidationError("There is no such picture in this workspace.")
        return found


class GenerationStartedSerializer(serializers.Serializer[Any]):
    """Where the work can be followed. ``id`` is the job's."""

    id = serializers.UUIDField()
    job_id = serializers.UUIDField()
    generation = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


class ImageSerializer(serializers.ModelSerializer[GeneratedImage]):
    """A picture that was made, in Aura's storage."""

    media = serializers.UUIDField(source="picture_id")
    url = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="picture.sha256")
    media_type = serializers.CharField(source="picture.media_type")
    width = serializers.IntegerField(source="picture.width")
    height = serializers.IntegerField(source="picture.height")
    size = serializers.IntegerField(source="picture.size", help_text="bytes")

    class Meta:
        model = GeneratedImage
        fields: ClassVar = [
            "number",
            "media",
            "url",
            "sha256",
            "media_type",
            "width",
            "height",
            "size",
            "seed",
            "favourite",
        ]

    def get_url(self, image: GeneratedImage) -> str:
        return reverse("api:media:file", args=[image.picture_id])


class MakerTriedSerializer(serializers.Serializer[Any]):
    """A maker that was not enough, and why."""

    maker = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class GenerationFailureSerializer(serializers.Serializer[Any]):
    """Why an order failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class GenerationSerializer(serializers.ModelSerializer[Generation]):
    """An order with what came of it. ``placeholder`` is true where no model has made it."""

    status = serializers.CharField(source="state")
    images = ImageSerializer(many=True, read_only=True)
    tried = MakerTriedSerializer(many=True, read_only=True)
    error = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()

    class Meta:
        model = Generation
        fields: ClassVar = [
            "id",
            "status",
            "prompt",
            "negative_prompt",
            "provider",
            "model",
            "aspect",
            "count",
            "seed",
            "reference",
            "maker",
            "model_version",
            "placeholder",
            "tried",
            "images",
            "error",
            "cost",
            "created_at",
            "finished_at",
        ]

    @extend_schema_field(GenerationFailureSerializer(allow_null=True))
    def get_error(self, generation: Generation) -> dict[str, str] | None:
        return {"code": generation.error_code, "message": generation.error} if generation.error_code else None

    def get_cost(self, generation: Generation) -> dict[str, str]:
        return {"currency": "USD", "amount": f"{generation.booked:.6f}"}


class StatusSerializer(JobSerializer):
    """A job, and where it makes pictures its order."""

    generation = serializers.SerializerMethodField()

    class Meta(JobSerializer.Meta):
        fields: ClassVar = [*JobSerializer.Meta.fields, "generation"]

    @extend_schema_field(GenerationSerializer(allow_null=True))
    def get_generation(self, job: Job) -> dict[str, Any] | None:
        found = (
            generations().filter(pk=job.payload.get("generation")).first() if job.kind == "generation.make" else None
        )
        return dict(GenerationSerializer(found).data) if found else None
