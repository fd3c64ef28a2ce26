from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "aura.embedded"
    label = "embedded"
    verbose_name = "Embedded stack"
