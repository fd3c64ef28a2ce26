"""Page input about privacy."""

from typing import Any, ClassVar

from django import forms

from aura.http.problems import Problem
from aura.privacy import services
from aura.privacy.models import RetentionPolicy
from aura.privacy.subjects import Identifiers


def _input(**attrs: str) -> forms.TextInput:
    plain = {"class": "form-control", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return forms.TextInput(attrs=plain | attrs)


class PersonForm(forms.Form):
    """Which person: by user name, by id, or by both."""

    username = forms.CharField(label="User name", required=False, max_length=200, widget=_input())
    external_id = forms.CharField(
        label="Instagram id (a number)", required=False, max_length=40, widget=_input(inputmode="numeric")
    )
    who: Identifiers

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        bare = bool(data.get("bare_words"))
        try:
            self.who = services.identify(data.get("username", ""), data.get("external_id", ""), bare_words=bare)
        except Problem as error:
            self.add_error("external_id" if error.pointer == "/id" else "username", str(error.detail))
        return data


class ErasureForm(PersonForm):
    """Whom to erase."""

    opt_out = forms.BooleanField(
        label="Keep this person out from now on",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    bare_words = forms.BooleanField(
        label="Also remove the name where it stands as an ordinary word",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class RetentionForm(forms.ModelForm[RetentionPolicy]):
    """Days for each kind; an empty field keeps things for ever."""

    class Meta:
        model = RetentionPolicy
        fields: ClassVar = ["comments_days", "pictures_days", "uploads_days", "exports_days", "audit_days"]
        labels: ClassVar = {
            "comments_days": "Comments, and people who wrote no other",
            "pictures_days": "Profile pictures",
            "uploads_days": "Uploads of runs that failed or stopped",
            "exports_days": "Exports of one person",
            "audit_days": "Audit log",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-control", "min": "1", "max": "36500", "inputmode": "numeric"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in self.Meta.fields:
            days = data.get(name)
            if days is not None and not 1 <= days <= MOST_DAYS:
                self.add_error(name, f"Write a number of days from 1 to {MOST_DAYS:,}.")
        return data


MOST_DAYS = 36_500


class AuditFilter(forms.Form):
    """Which entries of the audit log."""

    action = forms.CharField(label="What", required=False, max_length=60, widget=_input())
    user = forms.ChoiceField(label="Who", required=False, widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [("", "Everybody"), *people]
