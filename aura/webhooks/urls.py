"""Paths of the pages below ``/settings/webhooks/`` and of the API below ``/api/v1/webhooks/``."""

from django.urls import URLPattern, path

from aura.webhooks import api, views

pages: list[URLPattern] = [
    path("", views.endpoint_list, name="list"),
    path("new/", views.create_endpoint, name="new"),
    path("<uuid:pk>/", views.endpoint_detail, name="endpoint"),
    path("<uuid:pk>/edit/", views.edit_endpoint, name="edit"),
    path("<uuid:pk>/switch/", views.switch_endpoint, name="switch"),
    path("<uuid:pk>/rotate-secret/", views.rotate_secret, name="rotate"),
    path("<uuid:pk>/test/", views.send_test, name="test"),
    path("<uuid:pk>/delete/", views.delete_endpoint, name="delete"),
    path("deliveries/<uuid:pk>/", views.delivery_detail, name="delivery"),
    path("deliveries/<uuid:pk>/redeliver/", views.redeliver, name="redeliver"),
]

endpoints_api: list[URLPattern] = [
    path("endpoints", api.EndpointList.as_view(), name="endpoints"),
    path("endpoints/<uuid:pk>", api.EndpointDetail.as_view(), name="endpoint"),
    path("endpoints/<uuid:pk>/rotate-secret", api.RotateSecretView.as_view(), name="rotate_secret"),
    path("endpoints/<uuid:pk>/test", api.TestView.as_view(), name="test"),
    path("deliveries", api.DeliveryList.as_view(), name="deliveries"),
    path("deliveries/<uuid:pk>", api.DeliveryDetail.as_view(), name="delivery"),
    path("deliveries/<uuid:pk>/redeliver", api.RedeliverView.as_view(), name="redeliver"),
]
