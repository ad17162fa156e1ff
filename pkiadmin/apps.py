from django.apps import AppConfig


class PkiadminConfig(AppConfig):
    name = "pkiadmin"
