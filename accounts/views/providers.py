"""Keys of outside services on the page. A key goes in and is never shown again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, needs, page_membership, workspace_view
from accounts.forms import CredentialForm
from accounts.models import Role
from accounts.outside import SERVICES
from accounts.services.checking import CHECKS, check_provider
from accounts.services.credentials import remove_credential, save_credential, service_states
from aura.http.problems import Problem
from aura.providers.errors import ProviderError


@sensitive_post_parameters("value")
@workspace_view(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def provider_list(request: WorkspaceRequest) -> HttpResponse:
    """Each service with where its key comes from, and the form for a key of one's own."""
    form = CredentialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        service = SERVICES[form.cleaned_data["provider"]]
        try:
            save_credential(request.membership, service.name, form.cleaned_data["value"])
        except Problem as error:
            form.add_error("value", str(error.detail))
        else:
            messages.success(request, f"The key of {service.label} was saved.")
            return redirect("accounts:providers")
    context = {"form": form, "checks": CHECKS, "states": service_states(request.workspace.pk)}
    return render(request, "accounts/providers.html", context, status=422 if form.errors else 200)


@workspace_view(Role.ADMIN)
@require_POST
def remove_provider(request: WorkspaceRequest, provider: str) -> HttpResponse:
    """Forget the workspace's own key."""
    if provider not in SERVICES:
        raise Http404
    remove_credential(request.membership, provider)
    messages.success(request, f"The key of {SERVICES[provider].label} was removed.")
    return redirect("accounts:providers")


@login_required
@require_POST
def check_key(request: HttpRequest, provider: str) -> HttpResponse:
    """Ask a service whether it takes the key; outside of the workspace's transaction, for it may take seconds."""
    membership = page_membership(request)
    if membership is None:
        return redirect("accounts:no_workspace")
    if not membership.may(Role.ADMIN):
        raise PermissionDenied(needs(Role.ADMIN))
    if provider not in CHECKS:
        raise Http404
    label = SERVICES[provider].label
    try:
        check_provider(membership.workspace_id, provider)
    except ProviderError as error:
        messages.error(request, f"{label}: {error.message}")
    else:
        messages.success(request, f"{label} takes the key.")
    return redirect("accounts:providers")
