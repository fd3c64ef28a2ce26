"""Keys of outside services on the page. A key goes in and is never shown again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, workspace_view
from accounts.forms import CredentialForm
from accounts.models import Role
from accounts.outside import SERVICES
from accounts.services.credentials import remove_credential, save_credential, service_states
from aura.http.problems import Problem


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
    context = {"form": form, "states": service_states(request.workspace.pk)}
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
