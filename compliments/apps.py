from django.apps import AppConfig


class ComplimentsConfig(AppConfig):
    name = "compliments"
    verbose_name = "Compliments"
