"""How posts look in the API."""

from typing import Any, ClassVar

from django.urls import reverse
from rest_framework import serializers

from compliments.models import InstagramPost, PostImage


class TriedSerializer(serializers.Serializer[Any]):
    """A source that did not have the post, and why."""

    source = serializers.CharField()  # type: ignore[assignment]  # Field has one of its own
    code = serializers.CharField()
    message = serializers.CharField()


class PostImageSerializer(serializers.ModelSerializer[PostImage]):
    """One picture of a post; sides in pixels. Without ``url`` it is not stored (yet), and ``error_code`` says why."""

    kind = serializers.ChoiceField(PostImage.Kind.choices, read_only=True)
    picture = serializers.UUIDField(source="picture_id", read_only=True, allow_null=True)
    sha256 = serializers.CharField(source="picture.sha256", read_only=True, default=None, allow_null=True)
    width = serializers.IntegerField(source="picture.width", read_only=True, default=None, allow_null=True)
    height = serializers.IntegerField(source="picture.height", read_only=True, default=None, allow_null=True)
    url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = PostImage
        fields: ClassVar = [
            "number",
            "kind",
            "alt",
            "picture",
            "sha256",
            "width",
            "height",
            "url",
            "thumbnail_url",
            "error_code",
            "error",
        ]
        read_only_fields: ClassVar = fields

    def get_url(self, image: PostImage) -> str | None:
        return reverse("api:media:file", args=[image.picture_id]) if image.picture_id else None

    def get_thumbnail_url(self, image: PostImage) -> str | None:
        return reverse("api:media:small", args=[image.picture_id]) if image.picture_id else None


class InstagramPostSerializer(serializers.ModelSerializer[InstagramPost]):
    """A post. ``status`` goes queued → downloading → downloaded or failed; counts are null where nobody tells."""

    status = serializers.ChoiceField(InstagramPost.State.choices, source="state", read_only=True)
    kind = serializers.ChoiceField(InstagramPost.Kind.choices, read_only=True)
    images = PostImageSerializer(many=True, read_only=True)
    tried = TriedSerializer(many=True, read_only=True)

    class Meta:
        model = InstagramPost
        fields: ClassVar = [
            "id",
            "status",
            "code",
            "url",
            "uploaded",
            "kind",
            "author",
            "author_name",
            "caption",
            "taken_at",
            "likes",
            "comments",
            "images",
            "missing",
            "source",
            "tried",
            "error_code",
            "error",
            "created_at",
            "started_at",
            "answered_at",
            "finished_at",
        ]
        read_only_fields: ClassVar = fields


class AskSerializer(serializers.Serializer[Any]):
    """``url`` is an address of a post in any form. ``refresh`` asks for a post anew that is there already."""

    url = serializers.CharField(max_length=4000)
    refresh = serializers.BooleanField(default=False)


class PostUploadSerializer(serializers.Serializer[Any]):
    """Pictures of a post in their order: 1 to 20 of JPEG, PNG, WebP or GIF (its first frame), each at most 50 MB."""

    images = serializers.ListField(child=serializers.FileField())
    caption = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    author = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default="", help_text="user name of who made the post"
    )


class PostStartedSerializer(serializers.Serializer[Any]):
    """Where the post can be followed."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(InstagramPost.State.choices)
    status_url = serializers.CharField()
