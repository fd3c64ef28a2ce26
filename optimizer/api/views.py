"""One picture in, every platform's post out, over HTTP (O11, O13)."""

from typing import Any, NoReturn, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.exporting import ExportedListMixin
from accounts.models import User
from aura.http.idempotency import idempotent
from aura.http.pagination import CursorPages
from aura.http.problems import Problem
from aura.http.throttles import heavy
from aura.tenancy.models import shape_of
from optimizer import jobs
from optimizer.api import answers as a
from optimizer.api import result_shapes as r
from optimizer.api import shapes as s
from optimizer.api.orders import order_of
from optimizer.comparing import MOST_PICTURES
from optimizer.engine.logos import LOGO_BYTES
from optimizer.engine.opening import MAX_BYTES, TOO_LARGE
from optimizer.filters import SessionFilter
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import WrongOption
from optimizer.queries import sessions as queries
from optimizer.services import sessions, texts
from optimizer.services.intake import OTHER_BYTES
from optimizer.services.problems import RATE_LIMIT

AROUND = 2**21
"""Bytes that a form takes besides its files."""
MOST_BODY = MAX_BYTES + LOGO_BYTES + (MOST_PICTURES - 1) * OTHER_BYTES + AROUND
TEXTS = ("caption", "title", "hashtags", "alt_text")
FRAMING = ("focus", "fit", "format")


class OptimizerView(WorkspaceView):
    """Base of every view of this API. Its errors say in the body too after how many seconds it may work."""

    area = "optimizer"

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        seconds = max(1, round(wait or 1))
        words = f"Too many requests. Try again in {seconds} seconds."
        raise Problem(RATE_LIMIT, words, status=429, retry_after=seconds)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if "Retry-After" in response.headers and isinstance(response.data, dict):
            response.data["retry_after"] = int(response.headers["Retry-After"])
        return response


class SessionPages(CursorPages):
    """Newest first."""


def find(pk: UUID) -> Optimization:
    """The session with all that is shown of it. Raises ``Http404``."""
    found = queries.session_of(pk)
    if found is None:
        raise Http404("There is no such session.")
    return found


def started(session: Optimization) -> Response:
    """202 with the place where the work can be followed."""
    body = {
        "id": str(session.pk),
        "session_id": str(session.pk),
        "status": session.state,
        "status_url": a.where("status_url", session.pk),
        "results_url": a.where("results_url", session.pk),
        "estimated_completion": queries.status_of(session)["estimated_completion"],
    }
    return Response(body, status=202, headers={"Location": body["status_url"]})


@heavy("POST", limit="upload")
class OptimizeImage(OptimizerView):
    """New sessions."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > MOST_BODY:
            words = f"The picture has more than {MAX_BYTES // 2**20} MB."
            raise Problem(TOO_LARGE, words, status=413, pointer="/image")
        super().initial(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": s.OptimizeUploadSerializer, "application/json": s.OptimizeSerializer},
        responses={202: s.SessionStartedSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a picture ready for its platforms: cut to size, with caption, hashtags, posting times, accounts.

        What is no picture is refused at once: `INVALID_IMAGE_FORMAT`, `IMAGE_TOO_LARGE`, `IMAGE_TOO_SMALL`.
        """
        user = cast(User, request.user)
        session = jobs.start_optimization(order_of(request.data), user_id=user.pk)
        return started(find(session.pk))


class SessionStatus(OptimizerView):
    """How far a session is."""

    @extend_schema(operation_id="optimize_status", responses=r.SessionStatusSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """State, progress and expected end, and the state of each platform."""
        return Response(a.status_data(find(pk)))


class SessionResults(OptimizerView):
    """What came of a session."""

    @extend_schema(operation_id="optimize_results", responses=r.SessionResultsSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Everything for each platform; while the session goes on, what is ready."""
        return Response(a.results_data(find(pk)))


class SessionList(ExportedListMixin, OptimizerView, generics.ListAPIView[Optimization]):
    """Sessions, newest first; ``?q=`` searches names, descriptions and captions."""

    queryset = shape_of(Optimization)
    serializer_class = a.SessionSerializer
    pagination_class = SessionPages
    filterset_class = SessionFilter
    export_name = "optimizations"

    def get_queryset(self) -> QuerySet[Optimization]:
        return queries.sessions()


class SessionDetail(OptimizerView, generics.RetrieveDestroyAPIView[Optimization]):
    """One session. Deleting it stops it, and deletes its pictures where nothing else shows them."""

    queryset = shape_of(Optimization)
    serializer_class = a.SessionSerializer

    def get_queryset(self) -> QuerySet[Optimization]:
        return queries.sessions()

    def perform_destroy(self, instance: Optimization) -> None:
        jobs.cancel_optimization(instance)
        sessions.remove(instance)


class SessionAction(OptimizerView):
    """Stop, retry."""

    @extend_schema(request=None, responses={202: s.SessionStartedSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID, action: str) -> Response:
        """``cancel`` stops a session and keeps what is ready; ``retry`` makes what is missing of one that is over."""
        session = find(pk)
        if action == "retry":
            jobs.try_again(session)
        elif not jobs.cancel_optimization(session):
            raise Problem("job_over", "This session is over; there is nothing to stop.", status=409)
        return started(find(pk))


class PhotographAction(OptimizerView):
    """Stop one photograph, make it again."""

    @extend_schema(request=None, responses={202: s.SessionStartedSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID, style: str, action: str) -> Response:
        """``cancel`` stops one photograph of a product; ``retry`` makes one anew that failed or was stopped."""
        photo = next((one for one in find(pk).photos.all() if one.style == style), None)
        if photo is None:
            raise Http404("The session has no such photograph.")
        if action == "retry":
            jobs.try_photo_again(photo)
        elif not jobs.cancel_photo(photo):
            raise Problem("job_over", "This photograph is over; there is nothing to stop.", status=409)
        return started(find(pk))


class PlatformResult(OptimizerView):
    """What one platform got."""

    @extend_schema(responses=r.PlatformResultSerializer)
    def get(self, request: Request, pk: UUID, platform: str) -> Response:
        """Picture, texts, hashtags and posting times."""
        session = find(pk)
        return Response(a.platform_data(session, _output(session, platform).platform))

    @extend_schema(
        request=s.PlatformChangeSerializer,
        responses={200: r.PlatformResultSerializer, 202: s.ReframingSerializer},
    )
    def patch(self, request: Request, pk: UUID, platform: str) -> Response:
        """Change its texts, within the platform's limits: 200. Another focus, fit or format: 202, and a job makes it.

        Texts that a person has changed are not written anew.
        """
        serializer = s.PlatformChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = dict(serializer.validated_data)
        session = find(pk)
        output = _output(session, platform)
        try:
            if written := {name: given[name] for name in TEXTS if name in given}:
                texts.edit(output, written)
            if any(name in given for name in FRAMING):
                return _reframed(output, given)
        except WrongOption as error:
            raise serializers.ValidationError({error.name: str(error)}) from None
        return Response(a.platform_data(find(pk), output.platform))


def _output(session: Optimization, platform: str) -> PlatformOutput:
    found = next((one for one in session.outputs.all() if one.platform == platform), None)
    if found is None:
        raise Http404("The session has no such platform.")
    return found


def _reframed(output: PlatformOutput, given: dict[str, Any]) -> Response:
    focus = (output.focus_x, output.focus_y) if output.focus_x is not None else None
    if "focus" in given:
        focus = (given["focus"]["x"], given["focus"]["y"]) if given["focus"] else None
    job = jobs.change_framing(
        output,
        focus=cast(tuple[float, float] | None, focus),
        fit=given.get("fit", output.fit),
        format_key=given.get("format", output.format_key),
    )
    url = reverse("api:jobs:job", args=[job.pk])
    body: dict[str, Any] = {"id": str(job.pk), "session_id": str(output.optimization_id), "platform": output.platform}
    return Response(body | {"status": "queued", "status_url": url}, status=202, headers={"Location": url})
