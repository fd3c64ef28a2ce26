"""Page input about people."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate

from accounts.models import User


class SignInForm(forms.Form):
    """E-mail and password. The error never says which of the two was wrong."""

    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "class": "form-control"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
    )
    user: User | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("email") and data.get("password"):
            self.user = authenticate(username=data["email"], password=data["password"])
            if self.user is None:
                raise forms.ValidationError("E-mail or password is not right.", code="wrong_credentials")
        return data
