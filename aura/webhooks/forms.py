"""Page input of the webhook pages."""

from collections.abc import Mapping
from typing import Any

from django import forms

from aura.webhooks.catalogue import EVENTS
from aura.webhooks.models import WebhookDelivery
from aura.webhooks.services import UrlRefused, clean_url

TEXT = {"class": "form-control", "autocomplete": "off"}
SELECT = {"class": "form-select"}


class EndpointForm(forms.Form):
    """An endpoint: where, which events, what to call it."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={**TEXT, "placeholder": "https://example.org/aura", "spellcheck": "false"}),
        help_text="It gets a POST request for each event. It must begin with https:// and be reachable from here.",
    )
    description = forms.CharField(
        label="Name",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=TEXT),
        help_text="What lists call it. Without one they show the host of the address.",
    )
    events = forms.MultipleChoiceField(
        label="Events",
        choices=[(name, f"{words} ({name})") for name, words in EVENTS.items()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose at least one event."},
    )

    def clean_url(self) -> str:
        try:
            return clean_url(self.cleaned_data["url"])
        except UrlRefused as error:
            raise forms.ValidationError(str(error), code="url_refused") from error


class DeliveryFilterForm(forms.Form):
    """Which deliveries a log shows. Empty fields mean all."""

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any state"), *WebhookDelivery.State.choices],
        widget=forms.Select(attrs=SELECT),
    )
    event = forms.ChoiceField(
        label="Event",
        required=False,
        choices=[("", "Every event"), *((name, name) for name in EVENTS)],
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)

    def chosen(self) -> dict[str, str]:
        """The valid choices as lookups; what is not valid counts as not chosen."""
        self.is_valid()
        lookups = {"state": "state", "event": "event__type"}
        return {lookups[name]: value for name, value in self.cleaned_data.items() if value}
