"""Page input of the audience pages."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms

from audience.models import Post, TrackedAccount
from audience.usernames import UsernameRefused, clean_username
from aura.providers.ports import AGES

PROFILE_TYPES = [
    ("", "Every type"),
    ("person", "Personal"),
    ("creator", "Creator"),
    ("business", "Business"),
    ("fan_page", "Fan or theme page"),
    ("suspected_bot", "Suspected bot"),
]
MAX_CAPTION = 60


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class ReportFilter(forms.Form):
    """Which part of an audience a report shows. Empty fields mean everything."""

    start = _day("From")
    end = _day("To")
    post = forms.ChoiceField(label="Post", required=False, widget=forms.Select(attrs={"class": "form-select"}))
    profile_type = forms.ChoiceField(
        label="Account type", required=False, choices=PROFILE_TYPES, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(post.id), post_label(post)) for post in posts]
        post_field = self.fields["post"]
        assert isinstance(post_field, forms.ChoiceField)  # noqa: S101  for the type checker
        post_field.choices = [("", f"All posts ({len(posts)})"), *named]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if start and end and start > end:
            self.add_error("end", "Pick a day on or after the start day.")
        latest = date.max - timedelta(days=1)
        if end and end > latest:
            self.add_error("end", "Pick an earlier day.")
        return data


def post_label(post: Post) -> str:
    """The first words of the caption, or the short code."""
    words = " ".join(post.caption.split())
    if not words:
        return post.shortcode
    return words if len(words) <= MAX_CAPTION else words[: MAX_CAPTION - 1].rstrip() + "…"


class AccountForm(forms.Form):
    """Track an account by its name or link."""

    username = forms.CharField(
        label="Instagram account",
        max_length=200,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text="Its user name, or a link to its profile.",
    )

    def clean_username(self) -> str:
        try:
            name = clean_username(self.cleaned_data["username"])
        except UsernameRefused as error:
            raise forms.ValidationError(str(error), code="invalid_username") from error
        if TrackedAccount.objects.filter(username=name).exists():
            raise forms.ValidationError(f"@{name} is tracked already.", code="account_exists")
        return name


class ImportForm(forms.Form):
    """Upload an Apify dataset."""

    file = forms.FileField(
        label="Dataset",
        help_text="The JSON, JSONL or CSV file of an Apify Instagram actor.",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".json,.jsonl,.ndjson,.csv,.gz"}),
        error_messages={"empty": "This file is empty. Export the dataset again and upload it."},
    )


CANNOT_TELL = ("unknown", "Cannot tell")
REVIEW_CHOICES = {
    "gender": [("woman", "Woman"), ("man", "Man"), CANNOT_TELL],
    "age": [(age, age.replace("-", "–")) for age in AGES] + [CANNOT_TELL],
    "profile_type": [*PROFILE_TYPES[1:], CANNOT_TELL],
}
REVIEW_KEYS = {"gender": "120", "age": "qwertyui", "profile_type": "asdfgh"}


class ReviewForm(forms.Form):
    """What a reviewer says about one profile. Whatever is left open is not labelled."""

    item = forms.UUIDField(widget=forms.HiddenInput)
    gender = forms.ChoiceField(label="Seen as", choices=REVIEW_CHOICES["gender"], required=False)
    age = forms.ChoiceField(label="Seems to be", choices=REVIEW_CHOICES["age"], required=False)
    profile_type = forms.ChoiceField(label="Account", choices=REVIEW_CHOICES["profile_type"], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in REVIEW_CHOICES):
            raise forms.ValidationError("Choose at least one answer, or skip this profile.")
        return data

    def item_key(self) -> UUID | None:
        """The profile that the form is about, or None where it names none."""
        try:
            return UUID(str(self.data.get("item", "")))
        except ValueError:
            return None

    def values(self) -> dict[str, str]:
        """The answers by dimension."""
        return {name: self.cleaned_data[name] for name in REVIEW_CHOICES if self.cleaned_data[name]}

    def questions(self) -> list[dict[str, Any]]:
        """The questions with the key of each answer, for the page."""
        chosen = {name: self[name].value() for name in REVIEW_CHOICES}
        return [
            {
                "name": name,
                "label": self.fields[name].label,
                "choices": [
                    {"value": value, "label": label, "key": key, "checked": chosen[name] == value}
                    for (value, label), key in zip(choices, REVIEW_KEYS[name], strict=True)
                ],
            }
            for name, choices in REVIEW_CHOICES.items()
        ]
