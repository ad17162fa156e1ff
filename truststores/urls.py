"""Addresses of truststores."""

from django.urls import path

from truststores.views import (
    calendar,
    crls,
    exports,
    foresight,
    members,
    notices,
    proposals,
    reports,
    stores,
)

app_name = "truststores"
urlpatterns = [
    path("trust-stores/", stores.trust_stores, name="trust_stores"),
    path("trust-stores/new/", stores.trust_store_new, name="trust_store_new"),
    path("trust-stores/<int:pk>/", stores.trust_store, name="trust_store"),
    path("trust-stores/<int:pk>/edit/", stores.trust_store_edit, name="trust_store_edit"),
    path("trust-stores/<int:pk>/delete/", stores.trust_store_delete, name="trust_store_delete"),
    path("trust-stores/<int:pk>/pem/", stores.trust_store_download, name="trust_store_download"),
    path("trust-stores/<int:pk>/add/", members.trust_store_members, name="trust_store_members"),
    path("trust-stores/<int:pk>/trust/", members.trust_store_trust, name="trust_store_trust"),
    path("trust-stores/<int:pk>/paste/", members.trust_store_paste, name="trust_store_paste"),
    path("trust-stores/<int:pk>/roots/", members.trust_store_roots, name="trust_store_roots"),
    path(
        "trust-stores/<int:pk>/members/<int:member_pk>/remove/",
        members.member_remove,
        name="member_remove",
    ),
    path(
        "trust-stores/<int:pk>/members/<int:member_pk>/replace/",
        members.member_replace,
        name="member_replace",
    ),
    path("trust-stores/<int:pk>/changes/<int:proposal_pk>/", proposals.proposal, name="proposal"),
    path(
        "trust-stores/<int:pk>/changes/<int:proposal_pk>/save/",
        proposals.proposal_save,
        name="proposal_save",
    ),
    path(
        "trust-stores/<int:pk>/changes/<int:proposal_pk>/again/",
        proposals.proposal_again,
        name="proposal_again",
    ),
    path("trust-stores/<int:pk>/print/", exports.trust_store_print, name="trust_store_print"),
    path("trust-stores/<int:pk>/crls/add/", members.store_crls_add, name="store_crls_add"),
    path(
        "trust-stores/<int:pk>/crls/<int:store_crl_pk>/remove/",
        members.crl_remove,
        name="crl_remove",
    ),
    path("trust-stores/<int:pk>/crls/", crls.store_crls, name="store_crls"),
    path("trust-stores/<int:pk>/crls/upload/", crls.crl_upload, name="crl_upload"),
    path("trust-stores/<int:pk>/sources/add/", crls.source_add, name="source_add"),
    path("trust-stores/<int:pk>/sources/take/", crls.sources_take, name="sources_take"),
    path(
        "trust-stores/<int:pk>/sources/<int:source_pk>/fetch/",
        crls.source_fetch,
        name="source_fetch",
    ),
    path(
        "trust-stores/<int:pk>/sources/<int:source_pk>/remove/",
        crls.source_remove,
        name="source_remove",
    ),
    path("expiring/", notices.expiring, name="expiring"),
    path(
        "expiring/<slug:kind>/<int:pk>/acknowledge/",
        notices.end_acknowledge,
        name="end_acknowledge",
    ),
    path("trust-stores/<int:pk>/recipients/", notices.store_recipients, name="store_recipients"),
    path("crl-fetches/<uuid:pk>/", crls.fetch, name="fetch"),
    path("reports/", reports.reports, name="reports"),
    path("reports/csv/", exports.reports_csv, name="reports_csv"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/as-of/", foresight.report_as_of, name="report_as_of"),
    path("reports/<int:pk>/evidence/", exports.report_evidence, name="report_evidence"),
    path("certificates/<int:pk>/as-of/", foresight.certificate_as_of, name="certificate_as_of"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/feed.ics", calendar.calendar_feed, name="calendar_feed"),
    path("calendar/feed/renew/", calendar.calendar_feed_renew, name="calendar_feed_renew"),
    path("calendar/feed/revoke/", calendar.calendar_feed_revoke, name="calendar_feed_revoke"),
    path("calendar/ahead/", foresight.foresight_new, name="foresight_new"),
    path("calendar/ahead/<uuid:pk>/", foresight.foresight, name="foresight"),
    path("reports/<int:pk>/past/<int:past_pk>/", reports.past_report, name="past_report"),
    path("reports/<int:pk>/validate/", reports.report_validate, name="report_validate"),
    path("runs/<uuid:pk>/", reports.run, name="run"),
]
