"""The gallery: order pictures, watch them being made, keep the good ones (G5)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import WorkspaceRequest, needs, workspace_view
from accounts.models import Role
from aura.http.confirming import Question, unconfirmed
from aura.http.problems import Problem
from aura.jobs.errors import QueueFull
from aura.media import services as media
from aura.media.models import Picture
from aura.providers.images import ImageRefused
from generation import jobs
from generation.forms import GalleryForm, GenerateForm
from generation.models import GeneratedImage, Generation
from generation.queries.generations import generations, recent_prompts
from generation.services import makers, orders

PAGE = 12
STOP_POLLING = 286
AGAIN = ("prompt", "negative_prompt", "aspect", "count", "provider", "seed")


def _find(pk: UUID) -> Generation:
    return get_object_or_404(generations(), pk=pk)


def _must_act(may: bool) -> None:
    if not may:
        raise PermissionDenied(needs(Role.ANALYST))


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def gallery(request: WorkspaceRequest) -> HttpResponse:
    """All orders, newest first, with the form for a new one."""
    may_make = request.membership.may(Role.ANALYST)
    form = GenerateForm(initial=_initial(request))
    if request.method == "POST":
        _must_act(may_make)
        form = GenerateForm(request.POST, request.FILES)
        if form.is_valid() and (made := _ordered(request, form)):
            return redirect("generation:detail", made.pk)
    asked = GalleryForm(request.GET)
    chosen = asked.chosen()
    pages = Paginator(generations(**chosen), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": asked,
        "pages": pages,
        "generations": pages.object_list,
        "narrowed": any(chosen.values()),
        "prompts": recent_prompts() if may_make else [],
        "may_make": may_make,
        "has_model": makers.has_model(request.workspace.pk),
    }
    return render(request, "generation/gallery.html", context, status=200 if not form.errors else 422)


def _initial(request: WorkspaceRequest) -> dict[str, Any]:
    """The fields of an order that is to be made again, with changes."""
    try:
        again = Generation.objects.filter(pk=UUID(request.GET.get("again", ""))).first()
    except ValueError:
        again = None
    return {name: getattr(again, name) for name in AGAIN} if again else {}


def _ordered(request: WorkspaceRequest, form: GenerateForm) -> Generation | None:
    values = dict(form.cleaned_data)
    try:
        values["reference"] = _uploaded(values["reference"])
        generation, _ = jobs.start_generation(values, user_id=request.user.pk)
    except ImageRefused as refused:
        form.add_error("reference", refused.message)
    except QueueFull as full:
        form.add_error(None, str(full.detail))
    else:
        return generation
    return None


def _uploaded(given: Any) -> Picture | None:
    return media.store(media.clean(given.read())) if given else None


@workspace_view()
@require_safe
def detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One order: how far it is, its pictures, and all that is known of them."""
    generation = _find(pk)
    return render(request, "generation/detail.html", _context(request, generation))


def _context(request: WorkspaceRequest, generation: Generation) -> dict[str, Any]:
    may_act = request.membership.may(Role.ANALYST)
    return {"generation": generation, "may_act": may_act, "polls": not generation.is_over}


@workspace_view()
@require_safe
def fragment(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The part that pages poll while pictures are made; 286 tells htmx to stop."""
    generation = _find(pk)
    part = "generation/_card.html" if request.GET.get("as") == "card" else "generation/_made.html"
    return render(request, part, _context(request, generation), status=STOP_POLLING if generation.is_over else 200)


@workspace_view(Role.ANALYST)
@require_POST
def cancel(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Stop an order."""
    if not jobs.cancel_generation(_find(pk)):
        messages.info(request, "This order is over; there is nothing to stop.")
    return redirect("generation:detail", pk)


@workspace_view(Role.ANALYST)
@require_POST
def again(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Try an order that failed or was stopped once more."""
    try:
        jobs.try_again(_find(pk))
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("generation:detail", pk)


@workspace_view(Role.ANALYST)
@require_POST
def favourite(request: WorkspaceRequest, pk: UUID, number: int) -> HttpResponse:
    """Mark a picture as a favourite, or take the mark away."""
    image = get_object_or_404(GeneratedImage, generation_id=pk, number=number)
    image.favourite = not image.favourite
    image.save(update_fields=["favourite"])
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("generation:detail", args=[pk])
    return HttpResponseRedirect(back)


@workspace_view(Role.ANALYST)
@require_POST
def remove(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Delete an order with its pictures."""
    generation = _find(pk)
    question = Question(
        "Delete this order?",
        "Its pictures go with it, except those that something else still shows.",
        "Delete the pictures",
        reverse("generation:detail", args=[pk]),
    )
    if asks := unconfirmed(request, question):
        return asks
    jobs.cancel_generation(generation)
    orders.remove(generation)
    messages.success(request, "The order and its pictures are deleted.")
    return redirect("generation:gallery")
