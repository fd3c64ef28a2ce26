"""Posts over HTTP: ask for one, upload one, list, look, try again, delete (C1, C2, C6)."""

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.models import User
from aura.http.idempotency import idempotent
from aura.http.pagination import CursorPages
from aura.http.problems import Problem
from aura.http.throttles import heavy
from aura.providers.images import PICTURE_BYTES
from aura.tenancy.models import shape_of
from compliments import jobs
from compliments.api import shapes as s
from compliments.filters import PostFilter
from compliments.models import InstagramPost
from compliments.queries.posts import posts
from compliments.services import posts as services

MOST_BODY = 4 * PICTURE_BYTES
FILES = ("images", "images[]")


class ComplimentsView(WorkspaceView):
    """Base of every view of this API."""

    area = "compliments"


def started(post: InstagramPost) -> Response:
    """202 with the place where the work can be followed."""
    url = reverse("api:compliments:post", args=[post.pk])
    return Response({"id": post.pk, "status": post.state, "status_url": url}, status=202, headers={"Location": url})


class PostPages(CursorPages):
    """Posts, newest first."""


@heavy("POST", limit="upload")
class PostList(ComplimentsView, generics.ListAPIView[InstagramPost]):
    """Posts that the workspace has asked for or uploaded, newest first."""

    queryset = shape_of(InstagramPost)
    serializer_class = s.InstagramPostSerializer
    pagination_class = PostPages
    filterset_class = PostFilter

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > MOST_BODY:
            raise Problem("body_too_large", "All pictures of a post together have at most 200 MB.", status=413)
        super().initial(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[InstagramPost]:
        return posts()

    @extend_schema(
        request={"application/json": s.AskSerializer, "multipart/form-data": s.PostUploadSerializer},
        responses={202: s.PostStartedSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask for a post by its address, or send its pictures. A post that is there already is answered at once."""
        user = cast(User, request.user)
        files = _files(request)
        if files or (isinstance(request.data, QueryDict) and "url" not in request.data):
            return started(self._upload(request, files, user))
        serializer = s.AskSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        return started(jobs.ask_for_post(given["url"], user_id=user.pk, refresh=given["refresh"]))

    def _upload(self, request: Request, files: list[UploadedFile[Any]], user: User) -> InstagramPost:
        if not files:
            raise Problem("no_images", services.NO_IMAGES, pointer="/images")
        form = cast(QueryDict, request.data)
        told = {name: form.get(name, "") for name in ("caption", "author")}
        serializer = s.PostUploadSerializer(data={"images": files, **told})
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        readers = [partial(file.read, PICTURE_BYTES + 1) for file in given["images"]]
        return services.upload(readers, user_id=user.pk, caption=given["caption"], author=given["author"])


def _files(request: Request) -> list[UploadedFile[Any]]:
    """The pictures of a form, in their order."""
    return [file for name in FILES for file in request.FILES.getlist(name)]


class PostDetail(ComplimentsView, generics.RetrieveDestroyAPIView[InstagramPost]):
    """One post: how far its download is, what is known of it, its pictures. Deleting it deletes its pictures."""

    queryset = shape_of(InstagramPost)
    serializer_class = s.InstagramPostSerializer

    def get_queryset(self) -> QuerySet[InstagramPost]:
        return posts()

    def perform_destroy(self, instance: InstagramPost) -> None:
        services.remove(instance)


class PostRetry(ComplimentsView):
    """Try a download again."""

    @extend_schema(request=None, responses={202: s.PostStartedSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Go on with a failed download, or fetch pictures that are missing; what is stored is not fetched again."""
        return started(jobs.retry_post(get_object_or_404(posts(), pk=pk)))
