"""Compliments: ask for them, watch them come, keep the good ones (C5)."""

from dataclasses import replace
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
from compliments import jobs
from compliments.forms import EditForm, LibraryForm, PostForm, StyleForm
from compliments.models import Compliment, InstagramPost, Writing
from compliments.queries import writing as queries
from compliments.queries.posts import listed, posts
from compliments.services import writers
from compliments.services import writing as orders
from compliments.services.posts import remove, upload

PAGE = 12
STOP_POLLING = 286
ORDER = ("style", "language", "length", "variations", "preset", "writer")
POST = Question(
    "Delete this post?", "Its pictures and all that was written about it go with it.", "Delete the post", ""
)
TEXTS = Question("Delete these texts?", "Ratings, favourites and edits go with them.", "Delete the texts", "")
STEPS = (("queued", "Wait"), ("downloading", "Download"), ("generating", "Write"), ("done", "Done"))


def _must_act(may: bool) -> None:
    if not may:
        raise PermissionDenied(needs(Role.ANALYST))


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: WorkspaceRequest) -> HttpResponse:
    """Ask for compliments, and see the posts that were asked about."""
    may_act = request.membership.may(Role.ANALYST)
    form = PostForm()
    if request.method == "POST":
        _must_act(may_act)
        form = PostForm(request.POST, request.FILES)
        if form.is_valid() and (post := _asked(request, form)):
            return redirect("compliments:post", post.pk)
    pages = Paginator(listed(), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "may_act": may_act,
        "pages": pages,
        "posts": pages.object_list,
        "has_model": writers.has_model(request.workspace.pk),
    }
    return render(request, "compliments/home.html", context, status=422 if form.errors else 200)


def _asked(request: WorkspaceRequest, form: PostForm) -> InstagramPost | None:
    """The post of a valid form, with an order about it; None with an error in the form."""
    given = form.cleaned_data
    user_id = request.user.pk
    try:
        if given["url"]:
            post = jobs.ask_for_post(given["url"], user_id=user_id)
        else:
            readers = [one.read for one in given["images"]]
            post = upload(readers, caption=given["caption"], user_id=user_id)
        jobs.start_writing(post, {name: given[name] for name in ORDER}, user_id=user_id)
    except Problem as problem:
        form.add_error("url" if given["url"] else "images", str(problem.detail))
        return None
    return post


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def post_detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One post with its pictures beside what was written about it."""
    post = get_object_or_404(posts(), pk=pk)
    may_act = request.membership.may(Role.ANALYST)
    form = StyleForm(initial=_last(post))
    if request.method == "POST":
        _must_act(may_act)
        form = StyleForm(request.POST)
        if form.is_valid():
            try:
                jobs.start_writing(post, dict(form.cleaned_data), user_id=request.user.pk)
            except Problem as problem:
                form.add_error(None, str(problem.detail))
            else:
                return redirect("compliments:post", post.pk)
    context = _context(post, may_act=may_act) | {"form": form}
    return render(request, "compliments/post.html", context, status=422 if form.errors else 200)


def _last(post: InstagramPost) -> dict[str, Any]:
    last = Writing.objects.filter(post=post).order_by("-created_at").first()
    return {name: getattr(last, name) for name in ORDER} if last else {}


def _context(post: InstagramPost, *, may_act: bool) -> dict[str, Any]:
    found = list(queries.writings_of(post)[:20])
    stage = found[0].stage if found else post.state
    working = not post.is_over or any(not one.is_over for one in found)
    return {
        "post": post,
        "images": [image for image in post.images.all() if image.picture_id],
        "total": len(post.images.all()),
        "writings": found,
        "stage": stage,
        "steps": _steps(stage, at_download=post.state == InstagramPost.State.FAILED),
        "working": working,
        "live": _live(post, found),
        "may_act": may_act,
    }


def _live(post: InstagramPost, found: list[Writing]) -> str:
    """The subject whose news the page listens to: the post's while it is downloaded, then that of what is written."""
    going = next((one for one in found if not one.is_over), None)
    return str(going.pk if going and post.is_over else post.pk)


def _steps(stage: str, *, at_download: bool) -> list[tuple[str, str]]:
    """``(label, done | now | next | failed | stopped)`` of each step on the road from an address to its compliments.

    ``at_download`` says which step it was that failed.
    """
    names = [name for name, _ in STEPS]
    ended = {"failed": "failed", "cancelled": "stopped"}.get(stage, "now")
    road = {"downloaded": "generating", "failed": "downloading" if at_download else "generating"}
    at = names.index(stage if stage in names else road.get(stage, "generating"))
    states = ["done" if i < at or stage == "done" else ended if i == at else "next" for i in range(len(names))]
    return [(label, state) for (_, label), state in zip(STEPS, states, strict=True)]


@workspace_view()
@require_safe
def fragment(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The part that the page polls while work goes on; 286 tells htmx to stop."""
    post = get_object_or_404(posts(), pk=pk)
    context = _context(post, may_act=request.membership.may(Role.ANALYST))
    return render(request, "compliments/_work.html", context, status=200 if context["working"] else STOP_POLLING)


@workspace_view()
@require_safe
def library(request: WorkspaceRequest) -> HttpResponse:
    """All texts that may be posted."""
    asked = LibraryForm(request.GET)
    chosen = asked.chosen()
    pages = Paginator(queries.library(chosen), 2 * PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "pages": pages,
        "texts": pages.object_list,
        "narrowed": any(chosen.values()),
        "may_act": request.membership.may(Role.ANALYST),
    }
    return render(request, "compliments/library.html", context)


def _find_text(pk: UUID, number: int) -> Compliment:
    rows = Compliment.objects.select_related("writing__post")
    return get_object_or_404(rows, writing_id=pk, number=number)


def _back(request: WorkspaceRequest, text: Compliment) -> HttpResponse:
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("compliments:post", args=[text.writing.post_id])
    return HttpResponseRedirect(f"{back.partition('#')[0]}#text-{text.writing_id}-{text.number}")


@workspace_view(Role.ANALYST)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: WorkspaceRequest, pk: UUID, number: int) -> HttpResponse:
    """Change the words of a text."""
    text = _find_text(pk, number)
    form = EditForm(request.POST or None, initial={"text": text.text})
    if request.method == "POST" and form.is_valid():
        try:
            orders.change(text, form.cleaned_data)
        except Problem as problem:
            form.add_error("text", str(problem.detail))
        else:
            return _back(request, text)
    context = {"form": form, "text": text, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "compliments/edit.html", context, status=422 if form.errors else 200)


@workspace_view(Role.ANALYST)
@require_POST
def mark(request: WorkspaceRequest, pk: UUID, number: int) -> HttpResponse:
    """Rate a text (``rating``, empty takes it away) or make it a favourite (``favourite``, 0 or 1)."""
    text = _find_text(pk, number)
    values: dict[str, Any] = {}
    if "rating" in request.POST:
        given = request.POST["rating"]
        values["rating"] = int(given) if given in {"1", "2", "3", "4", "5"} else None
    if "favourite" in request.POST:
        values["favourite"] = request.POST["favourite"] == "1"
    try:
        orders.change(text, values)
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return _back(request, text)


@workspace_view(Role.ANALYST)
@require_POST
def act(request: WorkspaceRequest, pk: UUID, action: str) -> HttpResponse:
    """Write again, stop or retry an order, or delete it."""
    writing = get_object_or_404(queries.writings(), pk=pk)
    back = reverse("compliments:post", args=[writing.post_id])
    if action == "delete" and (asks := unconfirmed(request, replace(TEXTS, back=back))):
        return asks
    try:
        if action == "regenerate":
            same = {name: getattr(writing, name) for name in ORDER} | {"again_of": writing}
            jobs.start_writing(writing.post, same, user_id=request.user.pk)
        elif action == "retry":
            jobs.try_again(writing)
        else:
            jobs.cancel_writing(writing)
            if action == "delete":
                writing.delete()
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("compliments:post", writing.post_id)


@workspace_view(Role.ANALYST)
@require_POST
def act_on_post(request: WorkspaceRequest, pk: UUID, action: str) -> HttpResponse:
    """Download a post again that could not be had, or delete it with all that was written about it."""
    post = get_object_or_404(posts(), pk=pk)
    back = reverse("compliments:post", args=[pk])
    if action == "delete" and (asks := unconfirmed(request, replace(POST, back=back))):
        return asks
    try:
        if action == "retry":
            jobs.retry_post(post)
        else:
            remove(post)
            messages.success(request, "The post and what was written about it are deleted.")
            return redirect("compliments:home")
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("compliments:post", pk)
