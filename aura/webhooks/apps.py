from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "aura.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
