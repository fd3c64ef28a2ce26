"""Sign-up, verification, tokens, password reset (M1, M2). No answer tells whether an address has an account."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import UserTokenForm
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import serializers as s
from accounts.forms import CodeForm, ForgottenForm, SignUpForm
from accounts.models import User
from accounts.services.sign_ins import Pair, refresh, sign_in, sign_out, sign_out_everywhere
from aura.http.problems import Problem

LETTER = "We have sent a letter to this address. Follow the link in it."
MINUTE = 60.0


@method_decorator(sensitive_post_parameters(), name="dispatch")
class OpenView(APIView):
    """Base: anybody may call, and nobody is asked who they are."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def read(self, kind: type[drf.Serializer[Any]], request: Request) -> dict[str, Any]:
        """The checked body."""
        serializer = kind(data=request.data)
        serializer.is_valid(raise_exception=True)
        return cast(dict[str, Any], serializer.validated_data)


def limit(request: HttpRequest, action: str, key: str | None = None) -> None:
    """Count against django-allauth's limit of ``action``. Raises :class:`Problem` ``throttled`` (429)."""
    if not ratelimit.consume(request, action=action, key=key):
        raise Problem("throttled", "Too many attempts. Wait a minute and try again.", status=429, retry_after=MINUTE)


def too_many(error: ValidationError) -> Problem:
    """The limits that sit inside django-allauth's own checks."""
    return Problem("throttled", str(error.messages[0]), status=429, retry_after=5 * MINUTE)


def refuse(errors: dict[str, list[ValidationError]], names: dict[str, str]) -> drf.ValidationError:
    """The errors of a form under the names of the API's fields."""
    found: dict[str, Any] = {}
    for name, problems in errors.items():
        details = [drf.ErrorDetail(str(m), code=e.code or "invalid") for e in problems for m in e.messages]
        found[names.get(name, name)] = details
    return drf.ValidationError(found)


class Register(OpenView):
    @extend_schema(request=s.RegisterSerializer, responses={201: s.RegisteredSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """Sign up. A letter with a key goes to the address; until that is verified there are no tokens."""
        plain: HttpRequest = request._request
        if not get_adapter().is_open_for_signup(plain):
            raise Problem("signup_closed", "Sign-up is by invitation here.", status=403)
        data = self.read(s.RegisterSerializer, request)
        limit(plain, "signup")
        form = SignUpForm({"email": data["email"], "password1": data["password"]})
        if not form.is_valid():
            raise refuse(form.errors.as_data(), {"password1": "password"})
        email = form.cleaned_data["email"]
        user = None if form.account_already_exists else cast(User, form.save(plain))
        send_verification(plain, email, user, signup=True)
        return Response({"email": email, "detail": LETTER}, status=201)


def send_verification(request: HttpRequest, email: str, user: User | None, *, signup: bool) -> None:
    """The letter with the key, or the one that says that there is an account; at most one in three minutes."""
    if not ratelimit.consume(request, action="confirm_email", key=email.lower()):
        return
    if user is None:
        get_adapter().send_account_already_exists_mail(email)
    else:
        EmailAddress.objects.get_for_user(user, email).send_confirmation(request, signup=signup)


class VerifyEmail(OpenView):
    @extend_schema(request=s.KeySerializer, responses=s.VerifiedSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Spend the key of the letter: from now on the address is verified."""
        key = self.read(s.KeySerializer, request)["key"]
        confirmation = EmailConfirmationHMAC.from_key(key)
        address = confirmation.confirm(request._request) if confirmation else None
        if address is None:
            raise Problem("invalid_key", "This key is unknown, spent or has expired.", pointer="/key")
        return Response({"email": address.email, "verified": True})


class Token(OpenView):
    @extend_schema(request=s.SignInSerializer, responses=s.PairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in. Answers ``wrong_credentials``, ``email_not_verified``, ``otp_required`` or ``otp_wrong`` else."""
        data = self.read(s.SignInSerializer, request)
        plain: HttpRequest = request._request
        limit(plain, "login")
        user = prove(plain, data["email"].lower(), data["password"])
        check_address(plain, user)
        check_code(user, data["otp"])
        return answer(sign_in(user))


def prove(request: HttpRequest, email: str, password: str) -> User:
    """The person with that address and password. One answer for every way in which they are wrong."""
    try:
        user = get_adapter().authenticate(request, email=email, password=password)
    except ValidationError as error:
        raise too_many(error) from error
    if user is None or not user.is_active:
        raise Problem("wrong_credentials", "E-mail or password is not right.", status=401)
    return cast(User, user)


def check_address(request: HttpRequest, user: User) -> None:
    """Refuse who has not verified their address, and send the letter again."""
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        return
    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email.lower(), defaults={"primary": True})
    send_verification(request, address.email, user, signup=False)
    raise Problem("email_not_verified", f"This address is not verified yet. {LETTER}", status=403)


def check_code(user: User, otp: str) -> None:
    """Ask for the second factor where there is one; a code is good once."""
    if not is_mfa_enabled(user):
        return
    if not otp:
        raise Problem("otp_required", "Send the code of your authenticator app as “otp” too.", status=401)
    form = CodeForm(data={"code": otp}, user=user)
    if not form.is_valid():
        error = form.errors.as_data()["code"][0]
        if error.code == "too_many_login_attempts":
            raise too_many(error)
        raise Problem("otp_wrong", "This code is not right.", status=401)
    form.authenticator.record_usage()


def answer(pair: Pair) -> Response:
    return Response({"access": pair.access, "refresh": pair.refresh}, headers={"Cache-Control": "no-store"})


class Refresh(OpenView):
    @extend_schema(request=s.RefreshSerializer, responses=s.PairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """The next pair. A refresh token is good once; sent twice, it ends the whole sign-in."""
        return answer(refresh(self.read(s.RefreshSerializer, request)["refresh"]))


class SignOut(OpenView):
    @extend_schema(request=s.RefreshSerializer, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        """End the sign-in of a refresh token. The last access token runs out within ten minutes."""
        sign_out(self.read(s.RefreshSerializer, request)["refresh"])
        return Response(status=204)


class Forgotten(OpenView):
    @extend_schema(request=s.ForgottenSerializer, responses={202: s.DetailSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """Ask for a letter with a key for a new password."""
        email = self.read(s.ForgottenSerializer, request)["email"].lower()
        plain: HttpRequest = request._request
        limit(plain, "reset_password", email)
        form = ForgottenForm({"email": email})
        if not form.is_valid():
            raise refuse(form.errors.as_data(), {})
        form.save(plain)
        return Response({"detail": LETTER}, status=202)


class NewPassword(OpenView):
    @extend_schema(request=s.NewPasswordSerializer, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        """Spend the key of the letter on a new password. Every session and token ends."""
        data = self.read(s.NewPasswordSerializer, request)
        plain: HttpRequest = request._request
        limit(plain, "reset_password_from_key")
        uid, _, key = data["key"].partition("-")
        form = UserTokenForm(data={"uidb36": uid, "key": key})
        if not form.is_valid():
            raise Problem("invalid_key", "This key is unknown, spent or has expired.", pointer="/key")
        user, adapter = cast(User, form.reset_user), get_adapter()
        try:
            adapter.clean_password(data["password"], user=user)
        except ValidationError as error:
            raise refuse({"password": error.error_list}, {}) from error
        adapter.set_password(user, data["password"])
        sign_out_everywhere(user)
        adapter.send_notification_mail("account/email/password_reset", user)
        return Response(status=204)
