"""Ways in besides the password: one-time links, invitations, the very first set-up."""

from typing import cast

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import remember_invitation
from accounts.forms import SetUpForm, SignInForm
from accounts.models import User
from accounts.queries import open_invitation
from accounts.services import use_sign_in_link
from accounts.services.invitations import accept, is_for
from accounts.services.people import set_up, setup_link_works
from aura.http.problems import Problem

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
GONE = 410


def enter(request: HttpRequest, user: User, method: str) -> None:
    """Sign somebody in who came by a link; it counts as a fresh proof of who they are."""
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method=method)
    UserSession.objects.create_from_request(request)


@never_cache
@login_not_required
@require_GET
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Spend a one-time link. A spent or unknown one leads to the sign-in page with words about it."""
    link = use_sign_in_link(token)
    if link is None:
        notice = "This sign-in link was used already or has expired. Ask for a new one."
        context = {"form": SignInForm(request=request), "notice": notice}
        return render(request, "account/login.html", context, status=GONE)
    enter(request, link.user, "link")
    return redirect(link.next_path)


@never_cache
@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first owner and workspace, by the one-time link that the server printed."""
    if not setup_link_works(token):
        return render(request, "accounts/setup.html", {"gone": True}, status=GONE)
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user, _ = set_up(token, email=data["email"], password=data["password"], workspace=data["name"])
        except Problem as error:
            form.add_error("email" if error.pointer else None, str(error.detail))
        else:
            enter(request, user, "setup")
            return redirect("home")
    return render(request, "accounts/setup.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to. Accepting needs an account with the address that the invitation was sent to."""
    found = open_invitation(token)
    if found is None:
        return render(request, "accounts/invitation.html", {"gone": True}, status=GONE)
    remember_invitation(request, token)
    signed_in = request.user.is_authenticated
    mine = signed_in and is_for(found, cast(User, request.user))
    if request.method == "POST":
        return _accept(request, token) if mine else redirect("accounts:invitation", token)
    context = {"invitation": found, "mine": mine, "signed_in": signed_in}
    return render(request, "accounts/invitation.html", context)


def _accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        member = accept(cast(User, request.user), token)
    except Problem:
        return render(request, "accounts/invitation.html", {"gone": True}, status=GONE)
    request.session.pop("invitation", None)
    request.session["workspace"] = member.workspace.slug
    return redirect("home")


@never_cache
@login_not_required
@require_http_methods(["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("accounts:sign_in")
