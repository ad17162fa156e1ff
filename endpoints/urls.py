"""Addresses of endpoints."""

from django.urls import path

from endpoints.views import accounts, chains, choices, exports, probes, services, successors

app_name = "endpoints"
urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/new/", services.service_new, name="service_new"),
    path("services/<int:pk>/", services.service, name="service"),
    path("services/<int:pk>/edit/", services.service_edit, name="service_edit"),
    path("services/<int:pk>/delete/", services.service_delete, name="service_delete"),
    path("services/csv/", exports.services_csv, name="services_csv"),
    path("services/<int:pk>/chain/", exports.service_chain, name="service_chain"),
    path(
        "services/<int:pk>/send-issuers/", chains.service_send_issuers, name="service_send_issuers"
    ),
    path("services/<int:pk>/present/", successors.service_present, name="service_present"),
    path("services/choices/<slug:kind>/", choices.choices, name="choices"),
    path("services/<int:pk>/probe/", probes.service_probe, name="service_probe"),
    path("services/<int:pk>/probes/", probes.service_probes, name="service_probes"),
    path("probes/job/<uuid:pk>/", probes.probe_of_job, name="probe_of_job"),
    path("probes/<int:pk>/", probes.probe, name="probe"),
    path("probes/<int:pk>/import/", probes.probe_import, name="probe_import"),
    path("probes/<int:pk>/accept/", probes.probe_accept, name="probe_accept"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/csv/", exports.accounts_csv, name="accounts_csv"),
    path("accounts/<int:pk>/accept/", successors.account_accept, name="account_accept"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.account_edit, name="account_edit"),
    path("accounts/<int:pk>/delete/", accounts.account_delete, name="account_delete"),
]
