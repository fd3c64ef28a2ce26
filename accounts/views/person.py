"""Settings of a person: profile, security. They need no workspace."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import page_membership
from accounts.forms import ProfileForm
from accounts.models import TokenFamily, User
from accounts.services.sign_ins import sign_out_everywhere

View = Callable[..., Any]


def in_settings(view: View) -> View:
    """For settings that are a person's own: signed in, with the workspace in the shell where there is one."""

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        page_membership(request)
        return view(request, *args, **kwargs)

    return inner


@in_settings
@require_safe
def settings_home(request: HttpRequest) -> HttpResponse:
    """The first of the settings."""
    return redirect("accounts:profile")


@in_settings
@require_safe
def to_security(request: HttpRequest) -> HttpResponse:
    """Where django-allauth has a page about second factors, everything stands on ours about security."""
    return redirect("accounts:security")


@in_settings
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and e-mail address."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your profile was saved.")
        return redirect("accounts:profile")
    context = {"form": form, "pending": EmailAddress.objects.get_new(user)}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@in_settings
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Password, second factor, where one is signed in."""
    user = cast(User, request.user)
    kinds = {row.type: row.wrap() for row in Authenticator.objects.filter(user=user)}
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "has_password": user.has_usable_password(),
        "totp": kinds.get(Authenticator.Type.TOTP),
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
        "sessions": len(UserSession.objects.purge_and_list(user)),
        "programs": TokenFamily.objects.filter(user=user, revoked_at=None).count(),
    }
    return render(request, "accounts/security.html", context)


@in_settings
@require_POST
def end_programs(request: HttpRequest) -> HttpResponse:
    """End every sign-in through the API. API keys belong to a workspace and stay."""
    ended = sign_out_everywhere(cast(User, request.user))
    messages.success(request, f"{ended} sign-in{'' if ended == 1 else 's'} through the API ended.")
    return redirect("accounts:security")
