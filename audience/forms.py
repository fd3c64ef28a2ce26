"""Page input of the audience pages."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from audience.models import Post, TrackedAccount
from audience.usernames import UsernameRefused, clean_username
from audience.zones import zone_names

PROFILE_TYPES = [
    ("", "Every type"),
    ("person", "Personal"),
    ("creator", "Creator"),
    ("business", "Business"),
    ("fan_page", "Fan or theme page"),
    ("suspected_bot", "Suspected bot"),
]
MAX_CAPTION = 60


class LongSelect(forms.Select):
    """A choice among hundreds. Django renders a template for each option, which takes longer than the whole report."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        rows = (
            (key, mark_safe(" selected") if str(key) == chosen else "", words)
            for key, words in self.choices
        )
        options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        given = self.build_attrs(self.attrs, {"name": name} | (attrs or {}))
        return format_html("<select{}>{}</select>", flatatt(given), options)


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class PeriodForm(forms.Form):
    """First and last day (UTC), both included. Empty fields mean everything."""

    start = _day("From")
    end = _day("To")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if start and end and start > end:
            self.add_error("end", "Pick a day on or after the start day.")
        latest = date.max - timedelta(days=1)
        if end and end > latest:
            self.add_error("end", "Pick an earlier day.")
        return data


class ReportFilter(PeriodForm):
    """Which part of an audience a report shows. Empty fields mean everything."""

    post = forms.ChoiceField(label="Post", required=False, widget=LongSelect(attrs={"class": "form-select"}))
    profile_type = forms.ChoiceField(
        label="Account type", required=False, choices=PROFILE_TYPES, widget=forms.Select(attrs={"class": "form-select"})
    )

    zone = forms.ChoiceField(label="Time zone", required=False, widget=LongSelect(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, posts: list[Post], zone: str = "UTC", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(post.id), post_label(post)) for post in posts]
        post_field = self.fields["post"]
        assert isinstance(post_field, forms.ChoiceField)  # noqa: S101  for the type checker
        post_field.choices = [("", f"All posts ({len(posts)})"), *named]
        zone_field = self.fields["zone"]
        assert isinstance(zone_field, forms.ChoiceField)  # noqa: S101  for the type checker
        zone_field.choices = [("", _zone_words(zone)), *((name, _zone_words(name)) for name in zone_names())]


def _zone_words(name: str) -> str:
    return name.replace("_", " ")


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
