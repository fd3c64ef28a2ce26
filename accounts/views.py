"""Signing in and out, choosing a workspace."""

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import SESSION_KEY
from accounts.forms import SignInForm
from accounts.queries import memberships
from accounts.services import use_sign_in_link

BACKEND = "django.contrib.auth.backends.ModelBackend"


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("home")


@sensitive_post_parameters("password")
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user:
        login(request, form.user, backend=BACKEND)
        return redirect(_next(request))
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@never_cache
@login_not_required
@require_GET
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Spend a one-time link. A spent or unknown one leads to the sign-in page with words about it."""
    link = use_sign_in_link(token)
    if link is None:
        form = SignInForm()
        context = {"form": form, "notice": "This sign-in link was used already or has expired. Ask for a new one."}
        return render(request, "accounts/sign_in.html", context, status=410)
    login(request, link.user, backend=BACKEND)
    return redirect(link.next_path)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("accounts:sign_in")


@require_POST
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Work in another of one's own workspaces from now on."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    slug = request.POST.get("workspace", "")
    chosen = next((m for m in memberships(request.user) if m.workspace.slug == slug), None)
    if chosen:
        request.session[SESSION_KEY] = chosen.workspace.slug
        request.user.last_workspace_id = chosen.workspace_id
        request.user.save(update_fields=["last_workspace_id"])
    return redirect("home")


@require_GET
def no_workspace(request: HttpRequest) -> HttpResponse:
    """For people who belong to no workspace yet."""
    return render(request, "accounts/no_workspace.html", status=200)
