"""API keys on the page. A new key is shown once, in the answer to the form, and never again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, workspace_view
from accounts.forms import KeyForm
from accounts.models import ApiKey, Role
from accounts.queries import api_keys
from accounts.services.keys import create_key, revoke_key
from aura.http.problems import Problem


@workspace_view(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key_list(request: WorkspaceRequest) -> HttpResponse:
    """The keys, and the form for another one."""
    form, secret = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            _, secret = create_key(
                request.membership, name=data["name"], scopes=data["scopes"], expires_at=form.expires_at()
            )
            form = KeyForm()
        except Problem as error:
            form.add_error(None, str(error.detail))
    context = {"form": form, "keys": list(api_keys()), "secret": secret}
    return render(request, "accounts/keys.html", context, status=422 if form.errors else 201 if secret else 200)


@workspace_view(Role.ADMIN)
@require_POST
def revoke(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """From now on the key opens nothing."""
    key = get_object_or_404(ApiKey.objects.all(), pk=pk)
    revoke_key(key, user_id=request.user.pk)
    messages.success(request, f"The key {key.prefix}… was revoked.")
    return redirect("accounts:keys")
