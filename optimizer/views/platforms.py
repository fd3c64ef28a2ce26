"""What people change of one platform: its words, and how its picture is cut."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, workspace_view
from aura.http.problems import Problem
from optimizer import jobs
from optimizer.forms import FramingForm, slug
from optimizer.limits import TEXTS, count
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import WrongOption
from optimizer.services import texts
from optimizer.views.finding import find, find_output, must_act
from optimizer.views.showing import context_of, page, pieces

MOST = 70_000


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def platform(request: WorkspaceRequest, pk: UUID, platform: str) -> HttpResponse:
    """One platform's card; a POST with ``what=framing`` moves the crop, any other one saves the words."""
    found = find(pk)
    output = find_output(found, platform)
    if request.method != "POST":
        return redirect(_place(output))
    must_act(request)
    if request.POST.get("what") == "framing":
        return _frame(request, found, output)
    return _write(request, found, output)


def _place(output: PlatformOutput) -> str:
    return f"{reverse('optimizer:session', args=[output.optimization_id])}#{slug(output.platform)}"


def _frame(request: WorkspaceRequest, found: Optimization, output: PlatformOutput) -> HttpResponse:
    form = FramingForm(output, request.POST)
    error = ""
    if form.is_valid():
        size, fit = form.cleaned_data["size"], form.cleaned_data["fit"]
        try:
            focus = None if "auto" in request.POST else form.focus()
            jobs.change_framing(output, focus=focus, fit=fit, format_key=size)
        except Problem as problem:
            error = str(problem.detail)
        except WrongOption as wrong:
            error = str(wrong)
    else:
        error = " ".join(str(words) for errors in form.errors.values() for words in errors)
    if not request.headers.get("HX-Request"):
        if error:
            messages.error(request, error)
        return redirect(_place(output))
    return pieces(request, find(found.pk), {output.platform: error} if error else None)


def _write(request: WorkspaceRequest, found: Optimization, output: PlatformOutput) -> HttpResponse:
    given = {name: request.POST[name][:MOST] for name in (*TEXTS[output.platform], "hashtags") if name in request.POST}
    refused = _saved(output, given)
    by_htmx = bool(request.headers.get("HX-Request"))
    if refused and not by_htmx:
        return page(request, found, {output.platform: refused}, 422)
    if not by_htmx:
        messages.success(request, "The words are saved.")
        return redirect(_place(output))
    fresh = found if refused else find(found.pk)
    context = context_of(request, fresh, {output.platform: refused} if refused else None)
    card = next(one for one in context["cards"] if one.output.platform == output.platform)
    return render(request, "optimizer/_words.html", context | {"card": card, "saved": not refused})


def _saved(output: PlatformOutput, given: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Nothing where all is saved; else all that was typed, with the reason at the field that cannot be."""
    try:
        texts.edit(output, given)
    except WrongOption as wrong:
        return {name: (text, str(wrong) if name == wrong.name else "") for name, text in given.items()}
    return {}


@workspace_view()
@require_POST
def length(request: WorkspaceRequest) -> HttpResponse:
    """How long a text is, as the platform counts; for texts whose length the browser does not know."""
    name, kind = request.POST.get("platform", ""), request.POST.get("kind", "caption")
    if kind not in TEXTS.get(name, {}):
        raise Http404("There is no such text.")
    text = request.POST.get("text", "")[:MOST].replace("\r\n", "\n")
    return HttpResponse(str(count(text, name, kind)), content_type="text/plain")
