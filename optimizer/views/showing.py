"""The list of sessions, and one of them with all its parts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from optimizer.filters import SessionFilter
from optimizer.forms import FramingForm, HistoryForm, slug
from optimizer.layout import file_name
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import digest
from optimizer.queries import cards
from optimizer.queries.sessions import layout_of, status_of
from optimizer.queries.sessions import sessions as all_sessions
from optimizer.views.finding import find
from optimizer.wording import LABELS

PAGE = 12
STOP_POLLING = 286
TITLES = {
    "queued": "Waiting for a worker",
    "pictures": "Cutting the pictures",
    "texts": "Writing the words",
    "photographs": "Making product photographs",
    "done": "Ready to post",
    "failed": "This did not work",
    "cancelled": "Stopped",
}
SOURCES = {
    "user": "In your words",
    "ai": "As it was seen in the picture",
    "both": "In your words, and as it was seen in the picture",
    "none": "",
}


@workspace_view()
@require_safe
def sessions(request: WorkspaceRequest) -> HttpResponse:
    """All sessions, newest first."""
    asked = HistoryForm(request.GET)
    narrowed = asked.is_valid() and any(asked.cleaned_data.values())
    rows = SessionFilter(request.GET, queryset=all_sessions()).qs if narrowed else all_sessions()
    pages = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "pages": pages,
        "sessions": [(one, _marks(one)) for one in pages],
        "narrowed": narrowed,
        "may_act": request.membership.may(Role.ANALYST),
    }
    return render(request, "optimizer/sessions.html", context)


@workspace_view()
@require_safe
def session(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One session: its platforms as their feeds would show them, the words to edit, the crop to move."""
    return page(request, find(pk))


def page(
    request: WorkspaceRequest, found: Optimization, refused: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The session's page; ``refused`` as in :func:`optimizer.queries.cards.cards`."""
    return render(request, "optimizer/session.html", context_of(request, found, refused), status=status)


@workspace_view()
@require_safe
def session_live(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """How far it is, with the pieces that the page does not have yet; 286 tells htmx to stop."""
    found = find(pk)
    if request.GET.get("as") != "row":
        return pieces(request, found)
    context = {"session": found, "marks": _marks(found), "may_act": request.membership.may(Role.ANALYST)}
    return render(request, "optimizer/_row.html", context, status=STOP_POLLING if found.is_over else 200)


def _marks(found: Optimization) -> list[tuple[PlatformOutput, str]]:
    return [(output, LABELS[output.platform]) for output in found.outputs.all()]


def pieces(
    request: WorkspaceRequest, found: Optimization, frame_errors: Mapping[str, str] | None = None
) -> HttpResponse:
    """The head of the session and every piece whose version is not in ``seen``; ``frame_errors`` by platform."""
    context = context_of(request, found, frame_errors=frame_errors)
    seen = {*request.GET.getlist("seen"), *request.POST.getlist("seen")}
    wrong = {f"frame-{slug(platform)}" for platform in frame_errors or {}}
    every = _pieces(context)
    context["fresh"] = [one for one in every if one["id"] in wrong or f"{one['id']}:{one['version']}" not in seen]
    # What is answered to a form is not a poll.
    status = 200 if context["polls"] or request.method == "POST" else STOP_POLLING
    return render(request, "optimizer/_pieces.html", context, status=status)


def context_of(
    request: WorkspaceRequest,
    found: Optimization,
    refused: Mapping[str, Any] | None = None,
    frame_errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the session's templates show."""
    shown = cards.cards(found, refused)
    _frame(shown, frame_errors or {})
    layout = layout_of(found)
    may_act = request.membership.may(Role.ANALYST)
    ready = any(card.file for card in shown)
    status = status_of(found)
    shots = cards.photos(found)
    # A photograph may be made again in a session that is over.
    photos_going = any(not photo.is_over for photo in found.photos.all())
    polls = not found.is_over or photos_going or any(card.picture_going for card in shown)
    return {
        "optimization": found,
        "layout": layout,
        "cards": shown,
        "photos": shots,
        "fault": cards.common_fault(shots),
        "accounts": cards.accounts(shown),
        "notes": cards.words_of(found.notes),
        "versions": _versions(found, ready=ready),
        "status": status,
        "live": {
            "title": TITLES[status["progress"]["step"]],
            "left": _left(status["progress"]["eta_seconds"]),
            "source": SOURCES[layout.description_source],
        },
        "may_act": may_act,
        "may_retry": may_act and not polls and cards.misses_something(found),
        "polls": polls,
        "captions_name": file_name(found.name, "captions.txt"),
        "results_name": file_name(found.name, "results.json"),
        "ready": ready,
    }


def _frame(shown: Sequence[cards.Card], errors: Mapping[str, str]) -> None:
    for card in shown:
        card.frame = FramingForm(card.output)
        card.frame_error = errors.get(card.output.platform, "")


def _left(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return f"about {seconds} s left" if seconds < 90 else f"about {round(seconds / 60)} min left"


def _versions(found: Optimization, *, ready: bool) -> dict[str, str]:
    """Of the pieces that belong to no platform."""
    identity = [str(found.master_id), found.width, str(getattr(found, "booked", ""))]
    about = [found.analysis, found.accounts, found.searches, found.notes, found.texts, found.is_over]
    return {
        "identity": digest(identity)[:12],
        "photos": cards.photos_version(found),
        "about": digest(about)[:12],
        "files": "there" if ready else "none",
    }


def _pieces(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for card in context["cards"]:
        for kind in ("picture", "words", "frame"):
            version = getattr(card, f"{kind}_version")
            template = f"optimizer/_{kind}.html"
            found.append({"id": f"{kind}-{card.slug}", "version": version, "template": template, "card": card})
    for kind, version in context["versions"].items():
        found.append({"id": kind, "version": version, "template": f"optimizer/_{kind}.html", "card": None})
    return found
