"""Page input of the generation pages."""

from typing import Any

from django import forms

from aura.providers.image_ports import ASPECTS, MOST_IMAGES
from generation.models import MAX_PROMPT, MAX_SEED, Generation

SHAPES = {
    "1:1": "Square 1:1",
    "4:5": "Portrait 4:5",
    "3:4": "Portrait 3:4",
    "2:3": "Portrait 2:3",
    "9:16": "Story 9:16",
    "5:4": "Landscape 5:4",
    "4:3": "Landscape 4:3",
    "3:2": "Landscape 3:2",
    "16:9": "Wide 16:9",
    "1.91:1": "Link preview 1.91:1",
}
STATES = [("", "Every state"), ("making", "Being made"), ("done", "Finished"), ("failed", "Failed")]
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"
MAX_UPLOAD = 20 * 2**20


def _select(choices: list[tuple[str, str]], label: str, initial: str) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, initial=initial, widget=widget)


class GenerateForm(forms.Form):
    """An order of pictures."""

    prompt = forms.CharField(
        label="What should the picture show?",
        max_length=MAX_PROMPT,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "class": "form-control",
                "placeholder": "A paper boat on a calm lake at sunrise, soft pastel colours",
            }
        ),
    )
    negative_prompt = forms.CharField(
        label="What should not be in it?",
        max_length=MAX_PROMPT,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    aspect = _select([(one, SHAPES[one]) for one in ASPECTS], "Shape", "1:1")
    count = forms.TypedChoiceField(
        label="How many",
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_IMAGES + 1)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    provider = _select(list(Generation.Provider.choices), "Made by", Generation.Provider.AUTO)
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=MAX_SEED,
        help_text="The same seed and prompt give much the same picture.",
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    reference = forms.FileField(
        label="Start from a picture",
        required=False,
        help_text="JPEG, PNG, WebP or GIF, at most 20 MB.",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
    )

    def clean_reference(self) -> Any:
        given = self.cleaned_data.get("reference")
        if given and given.size > MAX_UPLOAD:
            raise forms.ValidationError("The picture is larger than 20 MB.")
        return given


class GalleryForm(forms.Form):
    """Which orders the gallery shows."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )
    state = forms.ChoiceField(
        label="State", required=False, choices=STATES, widget=forms.Select(attrs={"class": "form-select"})
    )
    favourites = forms.BooleanField(label="Favourites only", required=False)

    def chosen(self) -> dict[str, Any]:
        """What is asked for, as :func:`generation.queries.generations.generations` takes it."""
        given = self.cleaned_data if self.is_valid() else {}
        return {
            "search": given.get("q", ""),
            "state": given.get("state", ""),
            "favourites": given.get("favourites", False),
        }
