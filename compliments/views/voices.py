"""Voices and limits (C4, C5)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, needs, workspace_view
from accounts.models import Role
from aura.http.confirming import Question, unconfirmed
from aura.http.problems import Problem
from compliments.forms import LimitForm, VoiceForm
from compliments.models import VoicePreset
from compliments.queries.writing import limit, presets
from compliments.services import voices as service

FIELDS = ("name", "description", "examples", "avoid")


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def voices(request: WorkspaceRequest, pk: UUID | None = None) -> HttpResponse:
    """All voices, and one of them to change."""
    chosen = get_object_or_404(VoicePreset.objects.all(), pk=pk) if pk else None
    form = VoiceForm(initial={name: getattr(chosen, name) for name in FIELDS} if chosen else {})
    if request.method == "POST":
        if not request.membership.may(Role.ANALYST):
            raise PermissionDenied(needs(Role.ANALYST))
        form = VoiceForm(request.POST)
        if form.is_valid():
            try:
                service.save_preset(form.cleaned_data, chosen)
            except Problem as problem:
                form.add_error("name", str(problem.detail))
            else:
                messages.success(request, "The voice is saved.")
                return redirect("compliments:voices")
    allowed = limit()
    context = {
        "voices": presets(),
        "chosen": chosen,
        "form": form,
        "limit": allowed,
        "limit_form": LimitForm(initial={"most": allowed.most, "days": allowed.days}),
        "may_act": request.membership.may(Role.ANALYST),
        "may_limit": request.membership.may(Role.ADMIN),
    }
    return render(request, "compliments/voices.html", context, status=422 if form.errors else 200)


@workspace_view(Role.ANALYST)
@require_POST
def remove_voice(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Delete a voice; what was written with it stays."""
    voice = get_object_or_404(VoicePreset.objects.all(), pk=pk)
    back = reverse("compliments:voices")
    question = Question(
        f"Delete the voice “{voice.name}”?", "What was written with it stays.", "Delete the voice", back
    )
    if asks := unconfirmed(request, question):
        return asks
    voice.delete()
    messages.success(request, "The voice is deleted.")
    return redirect("compliments:voices")


@workspace_view(Role.ADMIN)
@require_POST
def save_limit(request: WorkspaceRequest) -> HttpResponse:
    """Change how much one author may get."""
    form = LimitForm(request.POST)
    if form.is_valid():
        service.set_limit(request.membership, **form.cleaned_data)
        messages.success(request, "The limit is saved.")
    else:
        messages.error(request, "Give whole numbers: 0 or more texts, 1 to 365 days.")
    return redirect("compliments:voices")
