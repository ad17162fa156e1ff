"""Addresses of endpoints."""

from django.urls import path

from endpoints.views import (
    accounts,
    chains,
    choices,
    exports,
    kit_files,
    kit_trust,
    kit_wizard,
    kits,
    probes,
    rehearsals,
    services,
    ssh,
    successors,
)
from endpoints.views.triage import triage

app_name = "endpoints"
urlpatterns = [
    path("triage/", triage, name="triage"),
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
    path("services/<int:pk>/known_hosts/", ssh.service_known_hosts, name="service_known_hosts"),
    path(
        "services/<int:pk>/authorized_keys/",
        ssh.service_authorized_keys,
        name="service_authorized_keys",
    ),
    path(
        "accounts/<int:pk>/authorized_keys/",
        ssh.account_authorized_keys,
        name="account_authorized_keys",
    ),
    path("ssh/compare/", ssh.ssh_compare, name="ssh_compare"),
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
    path("rehearsals/", rehearsals.rehearsals, name="rehearsals"),
    path("rehearsals/new/", rehearsals.rehearsal_new, name="rehearsal_new"),
    path("rehearsals/<int:pk>/", rehearsals.rehearsal, name="rehearsal"),
    path("rehearsals/<int:pk>/again/", rehearsals.rehearsal_again, name="rehearsal_again"),
    path("kits/", kits.kits, name="kits"),
    path("kits/new/", kit_wizard.kit_new, name="kit_new"),
    path("kits/new/certificates/", kit_wizard.kit_certificates, name="kit_certificates"),
    path("kits/<int:pk>/", kits.kit, name="kit"),
    path("kits/<int:pk>/check/", kit_wizard.kit_check, name="kit_check"),
    path("kits/<int:pk>/prove/", kit_wizard.kit_prove, name="kit_prove"),
    path("kits/<int:pk>/trust/", kit_trust.kit_trust, name="kit_trust"),
    path("kits/<int:pk>/create/", kit_wizard.kit_create, name="kit_create"),
    path("kits/<int:pk>/delete/", kits.kit_delete, name="kit_delete"),
    path(
        "kits/<int:pk>/files/<slug:side>/",
        kit_files.kit_download_form,
        name="kit_download_form",
    ),
    path("kits/<int:pk>/files/<slug:side>/download/", kit_files.kit_download, name="kit_download"),
]
