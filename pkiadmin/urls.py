"""Every address of the console."""

from django.urls import include, path

from pkiadmin.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("certificates.urls")),
    path("", include("truststores.urls")),
    path("", include("jobs.urls")),
    path("", include("audit.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
]
