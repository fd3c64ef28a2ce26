"""Page input about people and workspaces. The forms of django-allauth get our labels and help here."""

import re
from datetime import timedelta
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from accounts.outside import service_choices
from accounts.scopes import scope_choices

NEW_HELP = "At least 8 characters, and not one that many people use."
EXPIRIES = [("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"), ("", "Never")]

LINK = re.compile(r"(?i)://|www\.|[\r\n\t\x00]")


def plain_name(value: str) -> None:
    """Names go into letters; a link in one would be somebody's advertisement."""
    if LINK.search(value):
        raise ValidationError("Use a name without a link.", "plain_name")


class Labelled:
    """Gives a form of django-allauth the words of ``words``: field → (label, help), and takes its placeholders."""

    words: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["class"] = "form-control"
            field.label, field.help_text = self.words.get(name, (field.label, ""))


NEW_PASSWORD = {"password1": ("New password", NEW_HELP), "password2": ("New password again", "")}


class SignInForm(Labelled, account.LoginForm):  # type: ignore[misc]
    """E-mail and password. The error never says which of the two was wrong."""

    words = {"login": ("E-mail", ""), "password": ("Password", "")}


class SignUpForm(Labelled, account.SignupForm):  # type: ignore[misc]
    words = {"email": ("E-mail", "We send a link there to confirm it."), "password1": ("Password", NEW_HELP)}


class ForgottenForm(Labelled, account.ResetPasswordForm):  # type: ignore[misc]
    words = {"email": ("E-mail", "")}


class NewPasswordForm(Labelled, account.ResetPasswordKeyForm):  # type: ignore[misc]
    words = NEW_PASSWORD


class ChangePasswordForm(Labelled, account.ChangePasswordForm):  # type: ignore[misc]
    words = {"oldpassword": ("Current password", ""), **NEW_PASSWORD}


class SetPasswordForm(Labelled, account.SetPasswordForm):  # type: ignore[misc]
    words = NEW_PASSWORD


class ReauthenticateForm(Labelled, account.ReauthenticateForm):  # type: ignore[misc]
    words = {"password": ("Password", "")}


class ChangeEmailForm(Labelled, account.AddEmailForm):  # type: ignore[misc]
    words = {"email": ("New e-mail", "We send a link there. Until you follow it, the old address stays.")}


CODE = ("Code", "From your authenticator app, or one of your recovery codes.")


class CodeForm(Labelled, mfa.AuthenticateForm):  # type: ignore[misc]
    words = {"code": CODE}


class CodeAgainForm(Labelled, mfa.ReauthenticateForm):  # type: ignore[misc]
    words = {"code": CODE}


class ActivateForm(Labelled, totp.ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": ("Code", "The six digits that the app shows now.")}


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", **attrs})


class ProfileForm(forms.ModelForm[User]):
    """What others in a workspace see of a person."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        required=False,
        validators=[plain_name],
        widget=_text(autocomplete="name"),
        help_text="How others in your workspaces see you.",
    )

    class Meta:
        model = User
        fields = ("name",)


class WorkspaceForm(forms.Form):
    """A new workspace, or another name for one."""

    name = forms.CharField(
        label="Name of the workspace",
        max_length=120,
        validators=[plain_name],
        widget=_text(autocomplete="organization"),
        help_text="For example your team, brand or client.",
    )


class SetUpForm(WorkspaceForm):
    """The first owner and the first workspace."""

    field_order = ("email", "password", "name")
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text=NEW_HELP,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            validate_password(data.get("password", ""), User(email=data.get("email", "")))
        except ValidationError as error:
            if "password" in data:
                self.add_error("password", error)
        return data


class RoleForm(forms.Form):
    """A role out of those that the actor may give."""

    role = forms.ChoiceField(label="Role", widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = roles


class InviteForm(RoleForm):
    """An offer to an address."""

    field_order = ("email", "role")
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"})
    )


class ConfirmForm(forms.Form):
    """The short name, typed, before something that cannot be undone."""

    slug = forms.CharField(label="Short name of the workspace", widget=_text(autocomplete="off"))

    def __init__(self, *args: Any, slug: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = slug
        self.fields["slug"].help_text = f"Type {slug} to confirm."

    def clean_slug(self) -> str:
        if self.cleaned_data["slug"].strip() != self.wanted:
            raise ValidationError(f"Type {self.wanted} to confirm.", code="not_confirmed")
        return self.wanted


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label="Name", max_length=80, widget=_text(autocomplete="off"), help_text="Which program will use it?"
    )
    scopes = forms.MultipleChoiceField(
        label="It may", choices=scope_choices, widget=forms.CheckboxSelectMultiple, initial=["audience:read"]
    )
    expires = forms.ChoiceField(
        label="It ends",
        choices=EXPIRIES,
        required=False,
        initial="90",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def expires_at(self) -> Any:
        """The end of the key, or None."""
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class CredentialForm(forms.Form):
    """A key of an outside service. What was typed is never sent back."""

    provider = forms.ChoiceField(
        label="Service", choices=service_choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    value = forms.CharField(
        label="Key",
        max_length=500,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )


class BudgetForm(forms.Form):
    """What may be spent on outside services in a month."""

    cap = forms.DecimalField(
        label="US dollars a month",
        required=False,
        min_value=0,
        max_value=1_000_000,
        decimal_places=2,
        localize=False,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "0.01", "inputmode": "decimal"}),
        help_text="Empty: no limit. It holds from this month on.",
    )
