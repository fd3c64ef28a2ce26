from django.apps import AppConfig
from django.core.signals import got_request_exception

from aura import telemetry
from aura.http.request_log import note_error


class HttpConfig(AppConfig):
    name = "aura.http"
    label = "http"
    verbose_name = "HTTP platform"

    def ready(self) -> None:
        got_request_exception.connect(note_error, dispatch_uid="aura.http.note_error")
        telemetry.start()
