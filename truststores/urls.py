"""Addresses of truststores."""

from django.urls import URLPattern

app_name = "truststores"
urlpatterns: list[URLPattern] = []
