from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "aura.jobs"
    label = "jobs"
    verbose_name = "Jobs"
