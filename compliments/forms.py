"""Page input of the compliments pages."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from aura.providers.writer_ports import LENGTHS, MOST_VARIATIONS, STYLES
from compliments.languages import LANGUAGES
from compliments.models import MAX_TEXT, VoicePreset, Writing

MOST_PICTURES = 20
MAX_UPLOAD = 20 * 2**20
MAX_LINES = 20
STYLE_WORDS = {
    "witty": "Witty: a smile and a twist",
    "romantic": "Romantic: tender and warm",
    "poetic": "Poetic: in images",
    "professional": "Professional: for colleagues and brands",
    "playful": "Playful: light and cheeky",
    "supportive": "Supportive: kind and cheering",
    "minimal": "Minimal: a few words",
}
LENGTH_WORDS = {"short": "Short, one sentence", "medium": "Medium, two sentences", "long": "Long, a small paragraph"}
RATINGS = [("", "Any rating"), ("3", "3 stars and more"), ("4", "4 stars and more"), ("5", "5 stars")]
TEXT = {"class": "form-control"}
SELECT = {"class": "form-select"}


class ManyFiles(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Up to twenty pictures."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(given) > MOST_PICTURES:
            raise forms.ValidationError(f"A post has at most {MOST_PICTURES} pictures.")
        for one in given:
            super().clean(one, initial)
            if one.size > MAX_UPLOAD:
                raise forms.ValidationError("One of the pictures is larger than 20 MB.")
        return list(given)


class StyleForm(forms.Form):
    """How compliments shall be."""

    style = forms.ChoiceField(
        label="Style",
        choices=[(style, STYLE_WORDS[style]) for style in STYLES],
        initial="supportive",
        widget=forms.Select(attrs=SELECT),
    )
    language = forms.ChoiceField(
        label="Language", choices=list(LANGUAGES.items()), initial="en", widget=forms.Select(attrs=SELECT)
    )
    length = forms.ChoiceField(
        label="Length",
        choices=[(length, LENGTH_WORDS[length]) for length in LENGTHS],
        initial="medium",
        widget=forms.Select(attrs=SELECT),
    )
    variations = forms.TypedChoiceField(
        label="How many",
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_VARIATIONS + 1)],
        initial=3,
        widget=forms.Select(attrs=SELECT),
    )
    preset = forms.ModelChoiceField(
        label="Voice",
        queryset=VoicePreset._base_manager.none(),
        required=False,
        empty_label="No special voice",
        widget=forms.Select(attrs=SELECT),
    )
    writer = forms.ChoiceField(
        label="Written by",
        choices=Writing.Writer.choices,
        initial=Writing.Writer.AUTO,
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["preset"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
        field.queryset = VoicePreset.objects.order_by("name")


class PostForm(StyleForm):
    """A post by its address, or pictures in its place."""

    url = forms.CharField(
        label="Address of the post",
        required=False,
        max_length=500,
        widget=forms.TextInput(
            attrs={**TEXT, "inputmode": "url", "placeholder": "https://www.instagram.com/p/…", "autocomplete": "off"}
        ),
    )
    images = PicturesField(
        label="Or upload its pictures",
        required=False,
        help_text="Up to 20, in their order: JPEG, PNG, WebP or GIF.",
        widget=ManyFiles(attrs={**TEXT, "accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    caption = forms.CharField(
        label="Caption of the pictures",
        required=False,
        max_length=MAX_TEXT,
        help_text="For uploaded pictures; it helps to be specific.",
        widget=forms.Textarea(attrs={**TEXT, "rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["url"] = str(data.get("url", "")).strip()
        if not self.errors and bool(data["url"]) == bool(data.get("images")):
            self.add_error("url", "Give the address of a post, or upload its pictures (not both).")
        return data


class LibraryForm(forms.Form):
    """Which texts the library shows."""

    q = forms.CharField(
        label="Search", required=False, max_length=200, widget=forms.TextInput(attrs={**TEXT, "type": "search"})
    )
    style = forms.ChoiceField(
        label="Style",
        required=False,
        choices=[("", "Every style"), *((style, style.title()) for style in STYLES)],
        widget=forms.Select(attrs=SELECT),
    )
    language = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[("", "Every language"), *LANGUAGES.items()],
        widget=forms.Select(attrs=SELECT),
    )
    rating = forms.ChoiceField(label="Rating", required=False, choices=RATINGS, widget=forms.Select(attrs=SELECT))
    favourites = forms.BooleanField(label="Favourites only", required=False)


class EditForm(forms.Form):
    """A text that a person changes."""

    text = forms.CharField(
        label="Text", max_length=MAX_TEXT, widget=forms.Textarea(attrs={**TEXT, "rows": 3, "spellcheck": "true"})
    )


class LinesField(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={**TEXT, "rows": 3}), **kwargs)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > MAX_LINES:
            raise forms.ValidationError(f"At most {MAX_LINES} lines.")
        if any(len(line) > self.longest for line in lines):
            raise forms.ValidationError(f"A line has at most {self.longest} letters.")
        return lines


class VoiceForm(forms.Form):
    """How a workspace sounds."""

    name = forms.CharField(label="Name", max_length=60, widget=forms.TextInput(attrs=TEXT))
    description = forms.CharField(
        label="How it sounds",
        required=False,
        max_length=2000,
        help_text="For example: a small bakery, friendly, first names, never loud.",
        widget=forms.Textarea(attrs={**TEXT, "rows": 3}),
    )
    examples = LinesField(label="Texts that sound right, one a line", longest=500)
    avoid = LinesField(label="Words never to use, one a line", longest=60)


class LimitForm(forms.Form):
    """How many texts one author may get."""

    most = forms.IntegerField(
        label="Texts for one author", min_value=0, max_value=100_000, widget=forms.NumberInput(attrs=TEXT)
    )
    days = forms.IntegerField(label="Within days", min_value=1, max_value=365, widget=forms.NumberInput(attrs=TEXT))
