from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PrivacyConfig(AppConfig):
    name = "aura.privacy"
    label = "privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        autodiscover_modules("personal")
