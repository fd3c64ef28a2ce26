import sys

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from aura.environment import explain


class TenancyConfig(AppConfig):
    name = "aura.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from aura.tenancy import checks  # noqa: F401, PLC0415  registers the checks once apps are loaded

        # Most processes run no system checks, and none may work with a default that nobody chose.
        if settings.AURA_WRONG_SETTINGS and sys.argv[1:2] != ["check"]:
            raise ImproperlyConfigured(explain(settings.AURA_WRONG_SETTINGS))
