"""Input of the pages of sessions: how a list is narrowed, how a platform's picture is cut."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from optimizer.models import PlatformOutput
from optimizer.platforms import PlatformFormat, formats
from optimizer.wording import FITS, LABELS, pairs

TEXT: Final = {"class": "form-control"}
SELECT: Final = {"class": "form-select"}
STATES: Final = [
    ("", "Every state"), ("queued", "Waiting"), ("running", "Being made"), ("done", "Finished"), ("failed", "Failed"),
    ("cancelled", "Stopped"),
]  # fmt: skip


def slug(platform: str) -> str:
    """The platform's name as it may stand in an id: "x.com" is "x"."""
    return platform.partition(".")[0]


def select(label: str, values: Mapping[str, str], initial: str, **more: Any) -> forms.ChoiceField:
    """A choice among words for people."""
    widget = forms.Select(attrs=SELECT)
    return forms.ChoiceField(label=label, choices=pairs(values), initial=initial, widget=widget, **more)


class SizeSelect(forms.Select):
    """Sizes of a platform, each option with its measures for the preview."""

    def __init__(self, platform: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({**SELECT, "data-sizes": slug(platform), **(attrs or {})})
        self.slug = slug(platform)
        self.rows: dict[str, PlatformFormat] = {row.key: row for row in formats(platform)}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if row := self.rows.get(str(value)):
            sizes = {"data-w": row.width, "data-h": row.height, "data-suits": " ".join(row.suits)}
            option["attrs"] |= sizes | {"data-key": row.key}
        return option


class FramingForm(forms.Form):
    """How one platform's picture is cut. The focus is in percent of the original's width and height, or not given."""

    focus_x = forms.FloatField(
        label="Across, %", required=False, min_value=0, max_value=100, widget=forms.NumberInput(attrs={"step": "any"})
    )
    focus_y = forms.FloatField(
        label="Down, %", required=False, min_value=0, max_value=100, widget=forms.NumberInput(attrs={"step": "any"})
    )
    fit = select("Where the shape differs", FITS, "crop")

    def __init__(self, output: PlatformOutput, data: Any = None) -> None:
        initial: dict[str, Any] = {"fit": output.fit, "size": output.format_key}
        if output.focus_x is not None and output.focus_y is not None:
            initial |= {"focus_x": round(output.focus_x * 100, 1), "focus_y": round(output.focus_y * 100, 1)}
        super().__init__(data, initial=initial, auto_id=f"frame-{slug(output.platform)}-%s")
        sizes = {
            "": "By its shape",
            **{row.key: f"{row.name}, {row.width} × {row.height}" for row in formats(output.platform)},
        }
        widget = SizeSelect(output.platform)
        self.fields["size"] = forms.ChoiceField(label="Size", required=False, choices=pairs(sizes), widget=widget)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (data.get("focus_x") is None) != (data.get("focus_y") is None):
            self.add_error("focus_x", "Give both numbers, or none for a crop by itself.")
        return data

    def focus(self) -> tuple[float, float] | None:
        """Where the crop is wanted, 0 to 1, or None where Aura decides."""
        across, down = self.cleaned_data.get("focus_x"), self.cleaned_data.get("focus_y")
        return (across / 100, down / 100) if across is not None and down is not None else None


class HistoryForm(forms.Form):
    """Which sessions the list shows."""

    q = forms.CharField(
        label="Search", required=False, max_length=200, widget=forms.TextInput(attrs={**TEXT, "type": "search"})
    )
    status = forms.ChoiceField(label="State", required=False, choices=STATES, widget=forms.Select(attrs=SELECT))
    platform = forms.ChoiceField(
        label="Platform",
        required=False,
        choices=[("", "Every platform"), *pairs(LABELS)],
        widget=forms.Select(attrs=SELECT),
    )
