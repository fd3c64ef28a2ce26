"""Input of the page of hashtags."""

from typing import Any, Final

from django import forms

from optimizer.hashtags import Refused, hashtag, key_of
from optimizer.hashtags.reading import LONGEST_SOURCE, WORDS, niches

TEXT: Final = {"class": "form-control"}
SELECT: Final = {"class": "form-select"}
KINDS: Final = [("", "All hashtags"), ("no", "Those that may be used"), ("yes", "Banned ones")]


class HashtagFilter(forms.Form):
    """Which hashtags of the table to show."""

    q = forms.CharField(label="Search", required=False, max_length=100, widget=forms.SearchInput(attrs=TEXT))
    niche = forms.CharField(label="Niche", required=False, max_length=60, widget=forms.TextInput(attrs=TEXT))
    banned = forms.ChoiceField(
        label="Which", required=False, choices=KINDS, widget=forms.Select(attrs=SELECT), initial=""
    )

    def chosen(self) -> dict[str, Any]:
        """What narrows the table, for the table of hashtags; nothing where it is wrong."""
        asked = self.cleaned_data if self.is_valid() else {}
        banned = {"yes": True, "no": False}.get(str(asked.get("banned")))
        return {"q": asked.get("q", ""), "niche": asked.get("niche", ""), "banned": banned}


class HashtagForm(forms.Form):
    """One hashtag and what is known about it."""

    name = forms.CharField(
        label="Hashtag",
        max_length=60,
        widget=forms.TextInput(attrs={**TEXT, "placeholder": "#goldenhour", "autocomplete": "off"}),
    )
    posts = forms.IntegerField(
        label="Posts",
        required=False,
        min_value=0,
        max_value=10**12 - 1,
        help_text="How many posts have it, if somebody counted.",
        widget=forms.NumberInput(attrs=TEXT),
    )
    niches = forms.CharField(
        label="Niches",
        required=False,
        max_length=400,
        help_text="Such as travel, food; commas between. The hashtag is proposed for pictures of these.",
        widget=forms.TextInput(attrs=TEXT),
    )
    source = forms.CharField(
        label="Source",
        required=False,
        max_length=LONGEST_SOURCE,
        help_text="Who counted, or why it is banned.",
        widget=forms.TextInput(attrs=TEXT),
    )
    banned = forms.BooleanField(label="Never propose it", required=False)

    def clean_name(self) -> str:
        """The name in its one spelling."""
        try:
            name = hashtag(self.cleaned_data["name"])
        except Refused as refused:
            raise forms.ValidationError(f"This is no hashtag: {WORDS[refused.code]}.") from None
        if not key_of(name):
            raise forms.ValidationError("This is no hashtag.")
        return name

    def clean_niches(self) -> list[str]:
        """Niches in their one spelling."""
        return list(niches(self.cleaned_data["niches"]))


class TableForm(forms.Form):
    """A table of hashtags as a file."""

    file = forms.FileField(
        label="Table",
        help_text="CSV in UTF-8. Its first line names the columns: hashtag, and if known posts, banned, niches, "
        "source and read_on.",
        widget=forms.FileInput(attrs={**TEXT, "accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={"empty": "This file is empty."},
    )
