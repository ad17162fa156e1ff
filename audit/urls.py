"""Addresses of audit."""

from django.urls import path

from audit.views import events

app_name = "audit"
urlpatterns = [path("audit/", events.events, name="events")]
