"""The library of texts as a table."""

from typing import ClassVar

from rest_framework import serializers

from compliments.api.writing_shapes import TextSerializer
from compliments.models import Compliment


class LibraryTextSerializer(TextSerializer):
    """One text with what its order and its post say of it: in the words and names that the API has for them."""

    compliment = serializers.UUIDField(source="writing_id", help_text="id of the order")
    post = serializers.UUIDField(source="writing.post_id")
    url = serializers.CharField(source="writing.post.url")
    author = serializers.CharField(source="writing.post.author")
    style = serializers.CharField(source="writing.written_style")  # type: ignore[assignment]  # Field has one
    language = serializers.CharField(source="writing.text_language")
    writer = serializers.CharField(source="writing.model")
    possible_minor = serializers.BooleanField(source="writing.possible_minor")

    class Meta:
        model = Compliment
        fields: ClassVar = [
            "compliment",
            "number",
            "text",
            "author",
            "url",
            "post",
            "style",
            "language",
            "tones",
            "references",
            "rating",
            "favourite",
            "edited",
            "writer",
            "possible_minor",
            "created_at",
        ]
