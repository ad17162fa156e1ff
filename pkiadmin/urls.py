"""Every address of the console."""

from allauth.account import views as account
from django.urls import include, path

from pkiadmin import people
from pkiadmin.health import healthz
from pkiadmin.home import home

handler400 = "ui.errors.bad_request"
handler500 = "ui.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("", include("certificates.urls")),
    path("", include("truststores.urls")),
    path("", include("endpoints.urls")),
    path("", include("jobs.urls")),
    path("", include("audit.urls")),
    # Of allauth's pages those that need no mail and no sign-up: administrators make the accounts
    # and set new passwords.
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:pk>/role/", people.person_role, name="person_role"),
    path("people/<int:pk>/password/", people.person_password, name="person_password"),
    path("people/<int:pk>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("people/<int:pk>/activate/", people.person_activate, name="person_activate"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/2fa/", include("allauth.mfa.urls")),
]
