from django.apps import AppConfig

from aura.providers.hours_ports import tell_hours


class AudienceConfig(AppConfig):
    name = "audience"
    verbose_name = "Audience"

    def ready(self) -> None:
        tell_hours("audience.queries.hours.comment_hours")
