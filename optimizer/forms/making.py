"""Input of the page of a new session."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField

from aura.media.models import Picture
from optimizer.comparing import MOST_PICTURES
from optimizer.engine.logos import LOGO_BYTES
from optimizer.engine.opening import TAKEN
from optimizer.forms.sessions import TEXT, SizeSelect, select, slug
from optimizer.models.sessions import MAX_DESCRIPTION
from optimizer.options import Choices, WrongOption, choices
from optimizer.photography import STYLES
from optimizer.platforms import PLATFORMS, formats
from optimizer.prompts import LANGUAGES
from optimizer.services.intake import OTHER_BYTES
from optimizer.wording import FITS, HASHTAGS, LABELS, MAKERS, MODES, OUTPUTS, PHOTOGRAPHY, TONES, WRITERS, pairs

ACCEPTED: Final = ".jpg,.jpeg,.png,.bmp,.tif,.tiff,.webp,.heic,.heif,.avif,image/*"
MEGABYTES: Final = 50
MAX_URL: Final = 2000
PERCENTS: Final = ("logo_scale", "logo_margin", "logo_opacity")
SAME: Final = (
    "platforms", "mode", "output_format", "fit", "hashtag_preset", "language", "writer", "find_accounts", "photography",
    "styles", "maker", "logo_position", "logo_tone",
)  # fmt: skip
"""Fields that are options as they are; sizes and percents are put together."""


def _radio(label: str, values: Mapping[str, str], initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=pairs(values), initial=initial, widget=forms.RadioSelect)


def _percent(label: str, low: int, high: int, initial: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"type": "range", "class": "au-range", "data-unit": "%"})
    return forms.IntegerField(label=label, min_value=low, max_value=high, initial=initial, widget=widget)


class ManyFiles(forms.FileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class OthersField(forms.FileField):
    """Some pictures to compare with."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_PICTURES - 1:
            raise forms.ValidationError(f"At most {MOST_PICTURES - 1} pictures are compared with the first.")
        for one in given:
            super().clean(one, initial)
            if one.size > OTHER_BYTES:
                raise forms.ValidationError(f"One of the pictures is larger than {OTHER_BYTES // 2**20} MB.")
        return list(given)


class NewForm(forms.Form):
    """A new session. ``chosen`` are its checked choices once it is valid, ``taken`` the stored picture it names."""

    picture = forms.FileField(
        label="Picture",
        required=False,
        help_text=f"{TAKEN}, at least 300 × 300 pixels, at most {MEGABYTES} MB.",
        widget=forms.FileInput(attrs={**TEXT, "accept": ACCEPTED}),
    )
    url = forms.CharField(
        label="Or its address",
        required=False,
        max_length=MAX_URL,
        widget=forms.TextInput(
            attrs={**TEXT, "inputmode": "url", "placeholder": "https://…", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    stored = forms.UUIDField(required=False, widget=forms.HiddenInput)
    others = OthersField(
        label="More pictures of the same set",
        required=False,
        help_text=f"Up to {MOST_PICTURES - 1}, to say which is best. Only the picture above is cut.",
        widget=ManyFiles(attrs={**TEXT, "accept": ACCEPTED}),
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    platforms = forms.MultipleChoiceField(
        label="Platforms",
        choices=pairs(LABELS),
        initial=list(PLATFORMS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one platform."},
    )
    description = forms.CharField(
        label="What is in the picture, and what should the posts say?",
        required=False,
        max_length=MAX_DESCRIPTION,
        help_text="Names, places and facts that cannot be seen in it. Without words the picture speaks for itself.",
        widget=forms.Textarea(attrs={**TEXT, "rows": 3, "dir": "auto"}),
    )
    mode = _radio("Whose words count", MODES, "both")
    language = select("Language", LANGUAGES, "en")
    hashtag_preset = select("Hashtags on Instagram", HASHTAGS, "full")
    fit = select("Where the shape differs", FITS, "crop")
    output_format = select("File format", OUTPUTS, "jpeg")
    writer = select("Written by", WRITERS, "auto")
    find_accounts = forms.BooleanField(label="Look for accounts to tag", required=False, initial=True)
    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text=f"Best a PNG or WebP with a transparent ground, at most {LOGO_BYTES // 2**20} MB.",
        widget=forms.FileInput(attrs={**TEXT, "accept": "image/*"}),
    )
    stored_logo = forms.UUIDField(required=False, widget=forms.HiddenInput)
    logo_position = forms.ChoiceField(label="Place", initial="bottom-right", widget=forms.RadioSelect)
    logo_scale = _percent("Size", 2, 100, 18)
    logo_margin = _percent("Margin", 0, 25, 4)
    logo_opacity = _percent("Opacity", 0, 100, 100)
    logo_tone = select("Colour", TONES, "auto")
    photography = _radio("Product photography", PHOTOGRAPHY, "off")
    styles = forms.MultipleChoiceField(
        label="Styles",
        required=False,
        choices=[(one.key, one.title) for one in STYLES.values()],
        help_text="None ticked means all seven.",
        widget=forms.CheckboxSelectMultiple,
    )
    maker = select("Made by", MAKERS, "auto")
    fresh = forms.BooleanField(
        label="Make everything anew",
        required=False,
        help_text="Without it, the same picture with the same choices is taken from before and costs nothing.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen: Choices | None = None
        self.taken: Picture | None = None
        self.taken_logo: Picture | None = None
        place = self.fields["logo_position"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  for the type checker
        place.choices = [(anchor, words) for anchor, words in ANCHOR_WORDS.items()]
        for platform in PLATFORMS:
            sizes = {"": "By its shape", **{row.key: row.name for row in formats(platform)}}
            widget = SizeSelect(platform)
            field = forms.ChoiceField(label=f"Size for {LABELS[platform]}", choices=pairs(sizes), required=False)
            field.widget = widget
            widget.choices = pairs(sizes)
            self.fields[f"size_{slug(platform)}"] = field

    def feeds(self) -> Iterator[tuple[str, BoundField, Any]]:
        """Every platform with its field of sizes and its tick."""
        for tick in self["platforms"]:
            platform = str(tick.data["value"])
            yield platform, self[f"size_{slug(platform)}"], tick

    def clean_picture(self) -> Any:
        given = self.cleaned_data.get("picture")
        if given and given.size > MEGABYTES * 2**20:
            raise forms.ValidationError(f"The picture is larger than {MEGABYTES} MB.")
        return given

    def clean_logo(self) -> Any:
        given = self.cleaned_data.get("logo")
        if given and given.size > LOGO_BYTES:
            raise forms.ValidationError(f"The logo is larger than {LOGO_BYTES // 2**20} MB.")
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["url"] = str(data.get("url", "")).strip()
        if "picture" not in self.errors:
            self._one_source(data)
        self.taken_logo = _picture(data.get("stored_logo"))
        if not self.errors:
            self._choose(data)
        return data

    def _one_source(self, data: Mapping[str, Any]) -> None:
        given, url = data.get("picture"), data.get("url")
        if given and url:
            self.add_error("url", "Give a picture or an address, not both.")
        elif not given and not url:
            self.taken = _picture(data.get("stored"))
            if self.taken is None:
                self.add_error("picture", "Drop a picture here, choose a file, or give its address.")

    def _choose(self, data: Mapping[str, Any]) -> None:
        values = {name: data[name] for name in SAME} | {name: data[name] / 100 for name in PERCENTS}
        values["formats"] = {one: data[f"size_{slug(one)}"] for one in data["platforms"]}
        try:
            self.chosen = choices(values)
        except WrongOption as wrong:
            self.add_error(wrong.name if wrong.name in self.fields else None, str(wrong))


ANCHOR_WORDS: Final[Mapping[str, str]] = {
    "top-left": "Top left", "top": "Top", "top-right": "Top right",
    "left": "Left", "center": "Centre", "right": "Right",
    "bottom-left": "Bottom left", "bottom": "Bottom", "bottom-right": "Bottom right",
}  # fmt: skip


def _picture(key: Any) -> Picture | None:
    return Picture.objects.filter(pk=key).first() if key else None


def initial_of(chosen: Choices) -> dict[str, Any]:
    """The fields of a form for the same choices."""
    values: dict[str, Any] = {name: getattr(chosen, name) for name in SAME}
    values |= {name: round(getattr(chosen, name) * 100) for name in PERCENTS}
    return values | {f"size_{slug(platform)}": key for platform, key in chosen.formats}
