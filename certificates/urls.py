"""Addresses of the inventory."""

from django.urls import path

from certificates.views import certificates, changes, crls, downloads, imports

app_name = "certificates"
urlpatterns = [
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/bundle/", downloads.bundle, name="bundle"),
    path("certificates/label/", changes.label, name="label"),
    path("certificates/delete/", changes.delete, name="delete"),
    path("certificates/<int:pk>/", certificates.certificate, name="certificate"),
    path("certificates/<int:pk>/download/", downloads.download, name="download"),
    path("certificates/<int:pk>/lifecycle/", changes.lifecycle, name="lifecycle"),
    path("crls/", crls.crls, name="crls"),
    path("crls/<int:pk>/", crls.crl, name="crl"),
    path("crls/<int:pk>/download/", downloads.crl_download, name="crl_download"),
    path("crls/<int:pk>/delete/", changes.crl_delete, name="crl_delete"),
    path("import/", imports.import_certificates, name="import"),
    path("import/<uuid:pk>/", imports.import_result, name="import_result"),
]
