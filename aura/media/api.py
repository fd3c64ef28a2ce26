"""Pictures over HTTP: uploading one to work on, what is known of one, its file."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from aura.http.idempotency import idempotent
from aura.http.problems import Problem
from aura.http.renderers import OrjsonRenderer
from aura.http.throttles import heavy
from aura.media import services
from aura.media.answers import file_response
from aura.media.models import Picture
from aura.providers.images import MEDIA_TYPES, PICTURE_BYTES
from aura.tenancy.models import shape_of

AROUND = 2**16
"""Bytes that a form takes besides its picture."""
FILES = {(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES.values()}
DOWNLOAD = OpenApiParameter("download", bool, description="1: as a download, not to be shown")


class PictureSerializer(serializers.ModelSerializer[Picture]):
    """A picture: sides in pixels, size in bytes, SHA-256 of the file."""

    media_type = serializers.ChoiceField(list(MEDIA_TYPES.values()), read_only=True)
    url = serializers.SerializerMethodField(help_text="the file; a page of the same session may show it")
    thumbnail_url = serializers.SerializerMethodField(help_text="a JPEG of at most 480 pixels a side")

    class Meta:
        model = Picture
        fields: ClassVar = [
            "id",
            "sha256",
            "media_type",
            "width",
            "height",
            "size",
            "url",
            "thumbnail_url",
            "thumbnail_width",
            "thumbnail_height",
            "created_at",
        ]
        read_only_fields: ClassVar = fields

    def get_url(self, picture: Picture) -> str:
        return reverse("api:media:file", args=[picture.pk])

    def get_thumbnail_url(self, picture: Picture) -> str:
        return reverse("api:media:small", args=[picture.pk])


class UploadSerializer(serializers.Serializer[Any]):
    """A JPEG, PNG, WebP or GIF (its first frame) of at most 50 MB and 40 million pixels."""

    image = serializers.FileField()
    keep = serializers.ChoiceField(
        list(MEDIA_TYPES), default="jpeg", help_text="what it is stored as; png and webp keep transparency"
    )


class PictureRenderer(OrjsonRenderer):
    """Stands for any type of picture in the choice of a format; what it renders itself are errors, which are JSON."""

    media_type = "image/*"
    format = "image"


class MediaView(WorkspaceView):
    """Base of the views below ``media``."""

    area = "media"


@heavy("POST", limit="upload")
class PictureUpload(MediaView):
    """Uploads of pictures."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > PICTURE_BYTES + AROUND:
            raise Problem("body_too_large", "A picture has at most 50 MB.", status=413)
        super().initial(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: PictureSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Take a picture to work on: at most 2048 pixels a side, turned upright, sRGB, without any metadata.

        The same picture again is the same id. One that nothing uses is deleted after a week.
        """
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data["image"].read(PICTURE_BYTES + 1)
        try:
            picture = services.store(services.clean(data, keep=serializer.validated_data["keep"]))
        except services.ImageRefused as error:
            status = 413 if error.code == "too_large" else 400
            raise Problem(error.code, error.message, status=status, pointer="/image") from error
        location = reverse("api:media:picture", args=[picture.pk])
        return Response(PictureSerializer(picture).data, status=201, headers={"Location": location})


class PictureDetail(MediaView, generics.RetrieveAPIView[Picture]):
    """What is known of a picture."""

    queryset = shape_of(Picture)
    serializer_class = PictureSerializer

    def get_queryset(self) -> QuerySet[Picture]:
        return Picture.objects.all()


class PictureFile(MediaView):
    """The file of a picture."""

    renderer_classes = (OrjsonRenderer, PictureRenderer)

    @extend_schema(responses=FILES, parameters=[DOWNLOAD])
    def get(self, request: Request, pk: UUID, small: bool) -> HttpResponseBase:
        """The picture as it is stored, or its small JPEG."""
        return file_response(request._request, get_object_or_404(Picture.objects.all(), pk=pk), small=small)
