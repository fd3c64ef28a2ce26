from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "aura.media"
    label = "media"
    verbose_name = "Pictures"
