"""Query parameters of the API's list of deliveries."""

import django_filters

from aura.webhooks.models import WebhookDelivery


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?endpoint=&state=&event=&event_id=&created_at__gte=&created_at__lte=``"""

    endpoint = django_filters.UUIDFilter(field_name="endpoint_id", label="id of the endpoint")
    state = django_filters.ChoiceFilter(choices=WebhookDelivery.State.choices)
    event = django_filters.CharFilter(field_name="event__type", label="type of the event")
    event_id = django_filters.UUIDFilter(field_name="event_id", label="the webhook-id of the event")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")
