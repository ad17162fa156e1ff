"""Addresses of endpoints."""

from django.urls import path

from endpoints.views import accounts, choices, exports, services, successors

app_name = "endpoints"
urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/new/", services.service_new, name="service_new"),
    path("services/<int:pk>/", services.service, name="service"),
    path("services/<int:pk>/edit/", services.service_edit, name="service_edit"),
    path("services/<int:pk>/delete/", services.service_delete, name="service_delete"),
    path("services/csv/", exports.services_csv, name="services_csv"),
    path("services/<int:pk>/chain/", exports.service_chain, name="service_chain"),
    path("services/<int:pk>/present/", successors.service_present, name="service_present"),
    path("services/choices/<slug:kind>/", choices.choices, name="choices"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/csv/", exports.accounts_csv, name="accounts_csv"),
    path("accounts/<int:pk>/accept/", successors.account_accept, name="account_accept"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.account_edit, name="account_edit"),
    path("accounts/<int:pk>/delete/", accounts.account_delete, name="account_delete"),
]
