"""Addresses of truststores."""

from django.urls import path

from truststores.views import members, reports, stores

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
    path("trust-stores/<int:pk>/crls/add/", members.store_crls_add, name="store_crls_add"),
    path(
        "trust-stores/<int:pk>/crls/<int:store_crl_pk>/remove/",
        members.crl_remove,
        name="crl_remove",
    ),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/past/<int:past_pk>/", reports.past_report, name="past_report"),
    path("reports/<int:pk>/validate/", reports.report_validate, name="report_validate"),
    path("runs/<uuid:pk>/", reports.run, name="run"),
]
