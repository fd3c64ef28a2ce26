from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "aura.http"
    label = "http"
    verbose_name = "HTTP platform"
