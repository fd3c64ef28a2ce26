from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "aura.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from aura.tenancy import checks  # noqa: F401, PLC0415  registers the checks once apps are loaded
