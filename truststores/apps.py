from django.apps import AppConfig


class TrustStoresConfig(AppConfig):
    name = "truststores"
