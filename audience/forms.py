"""Page input of the audience pages."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from audience.models import Post, TrackedAccount
from audience.overlapping import LEAST, MOST
from audience.recurrence import ScheduleRefused, check_schedule, zone_of
from audience.services.tracking import SETTINGS
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
COMMENT_READERS = sorted(TrackedAccount.Reader.choices, key=lambda choice: choice[0] != TrackedAccount.Reader.LOCAL)
MAX_CAPTION = 60
CUSTOM = "custom"
SCHEDULES = [
    ("", "Never"),
    ("0 6 * * *", "Each day at 6:00"),
    ("0 6 * * 1", "Each Monday at 6:00"),
    ("0 6 1 * *", "On the first of each month at 6:00"),
]


class LongSelect(forms.Select):
    """A choice among hundreds. Django renders a template for each option, which takes longer than the whole report."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        rows = ((key, mark_safe(" selected") if str(key) == chosen else "", words) for key, words in self.choices)
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


class WordsFilter(ReportFilter):
    """Which comments the page “Comments” is about: days and a post."""

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, posts=posts, **kwargs)
        del self.fields["profile_type"], self.fields["zone"]


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

    source = forms.ChoiceField(
        label="Comments come from",
        choices=TrackedAccount.Source.choices,
        initial=TrackedAccount.Source.UPLOAD,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="It can be changed later.",
    )

    def clean_username(self) -> str:
        try:
            name = clean_username(self.cleaned_data["username"])
        except UsernameRefused as error:
            raise forms.ValidationError(str(error), code="invalid_username") from error
        if TrackedAccount.objects.filter(username=name).exists():
            raise forms.ValidationError(f"@{name} is tracked already.", code="account_exists")
        return name


def _number(label: str, help_text: str, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, max_value=most, widget=widget)


class FollowForm(forms.Form):
    """How an account is followed. A schedule is one of a few, or a cron expression of one's own."""

    source = forms.ChoiceField(
        label="Where its comments come from",
        choices=TrackedAccount.Source.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Apify needs a token, the Graph API one of an account that you own: see Settings, Providers.",
    )
    often = forms.ChoiceField(
        label="Fetch by itself",
        choices=[*SCHEDULES, (CUSTOM, "By a cron expression")],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    cron = forms.CharField(
        label="Cron expression",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
        help_text="Minute, hour, day of month, month, weekday. Used where “By a cron expression” is chosen.",
    )
    time_zone = forms.CharField(
        label="Time zone",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "zones", "autocomplete": "off"}),
        help_text="Such as Europe/Paris. The schedule follows its clocks, summer time included.",
    )
    post_limit = _number("Posts", "The newest posts that each run looks at.", 1000)
    comment_limit = _number("Comments of each post", "At most, newest first.", 100_000)
    refresh_days = _number("Days that a post stays open", "Comments on older posts are not fetched again.", 3650)
    max_cost = forms.DecimalField(
        label="Most that fetching may cost in one run, in US dollars",
        min_value=Decimal("0.10"),
        max_value=Decimal("99999"),
        decimal_places=2,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "0.01", "inputmode": "decimal"}),
        help_text="Empty: only the workspace's budget limits it.",
    )
    vision = forms.ChoiceField(
        label="Who reads profiles",
        choices=TrackedAccount.Reader.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Where the chosen one cannot answer, the next best does, and each result says so.",
    )
    half_price = forms.BooleanField(
        label="Profiles at half price: let Gemini take up to a day",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    comments_by = forms.ChoiceField(
        label="Who reads what comments say",
        choices=COMMENT_READERS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="This machine reads for nothing, by word lists that miss irony and slang. A model is paid for each "
        "text once: from the next run on, earlier comments too. It gets the texts, with @names and links taken out.",
    )

    @classmethod
    def of(cls, account: TrackedAccount) -> "FollowForm":
        """The form as the account is followed now."""
        values = {name: getattr(account, name) for name in SETTINGS if name != "schedule"}
        known = account.schedule in dict(SCHEDULES)
        values |= {"often": account.schedule if known else CUSTOM, "cron": "" if known else account.schedule}
        return cls(initial=values)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        often = data.get("often", "")
        data["schedule"] = data.get("cron", "") if often == CUSTOM else often
        data["comments_by"] = data.get("comments_by") or TrackedAccount.Reader.LOCAL
        if often == CUSTOM and not data["schedule"].strip():
            self.add_error("cron", "Write an expression, or choose another schedule.")
        try:
            zone_of(data.get("time_zone", "UTC"))
        except ScheduleRefused as error:
            self.add_error("time_zone", str(error))
            return data
        try:
            data["schedule"] = check_schedule(data["schedule"], data.get("time_zone", "UTC"))
        except ScheduleRefused as error:
            self.add_error("cron", str(error))
        return data


class ImportForm(forms.Form):
    """Upload an Apify dataset."""

    file = forms.FileField(
        label="Dataset",
        help_text="The JSON, JSONL or CSV file of an Apify Instagram actor.",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".json,.jsonl,.ndjson,.csv,.gz"}),
        error_messages={"empty": "This file is empty. Export the dataset again and upload it."},
    )


def _named(accounts: list[TrackedAccount]) -> list[tuple[str, str]]:
    return [(account.username, f"@{account.username}") for account in accounts]


class CompareForm(forms.Form):
    """Two accounts, or one account twice with other days."""

    def __init__(self, *args: Any, accounts: list[TrackedAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [name for name, _ in _named(accounts)]
        for side, words in (("a", "First"), ("b", "Second")):
            select = forms.Select(attrs={"class": "form-select"})
            self.fields[side] = forms.ChoiceField(label=f"{words} account", choices=_named(accounts), widget=select)
            self.fields[f"{side}_from"] = _day("From")
            self.fields[f"{side}_to"] = _day("To")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for side in ("a", "b"):
            start, end = data.get(f"{side}_from"), data.get(f"{side}_to")
            if start and end and start > end:
                self.add_error(f"{side}_to", "Pick a day on or after the start day.")
            if end and end > date.max - timedelta(days=1):
                self.add_error(f"{side}_to", "Pick an earlier day.")
        same = [tuple(data.get(f"{side}{part}") for part in ("", "_from", "_to")) for side in ("a", "b")]
        if not self.errors and same[0] == same[1]:
            self.add_error("b", "Both sides are the same. Pick another account or other days.")
        return data


class OverlapForm(forms.Form):
    """Two to six accounts."""

    accounts = forms.MultipleChoiceField(
        label="Accounts", widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )

    def __init__(self, *args: Any, accounts: list[TrackedAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [name for name, _ in _named(accounts)]
        field = self.fields["accounts"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        field.choices = _named(accounts)

    def clean_accounts(self) -> list[str]:
        chosen = list(dict.fromkeys(self.cleaned_data["accounts"]))
        if not LEAST <= len(chosen) <= MOST:
            raise forms.ValidationError(f"Pick {LEAST} to {MOST} accounts.", code="number_of_accounts")
        return chosen
