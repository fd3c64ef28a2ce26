"""Page input of the jobs pages."""

from collections.abc import Mapping
from typing import Any

from django import forms

from aura.jobs.models import Lane, State

SELECT = {"class": "form-select"}


class JobFilter(forms.Form):
    """Which jobs a list shows. Empty fields mean all."""

    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any state"), *State.choices], widget=forms.Select(attrs=SELECT)
    )
    lane = forms.ChoiceField(
        label="Lane", required=False, choices=[("", "Both lanes"), *Lane.choices], widget=forms.Select(attrs=SELECT)
    )
    kind = forms.ChoiceField(label="Kind", required=False, widget=forms.Select(attrs=SELECT))

    def __init__(self, data: Mapping[str, Any] | None, *, kinds: list[str]) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Every kind"), *((kind, kind) for kind in kinds)]

    def chosen(self) -> dict[str, str]:
        """The valid choices by field; what is not valid counts as not chosen."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
