from __future__ import annotations

from typing import Any

from django import forms

from certificates.forms.key_export import KeyExportForm
from certificates.key_specs import ExportForm

_PEM = (ExportForm.PKCS8, ExportForm.PLAIN)


class RequestFilesForm(KeyExportForm):
    """How the key of a self-signed certificate leaves beside it: as PEM, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The certificate lies beside the key as a file of its own.
        self.fields["certificate"].widget = forms.HiddenInput()
        self.initial["certificate"] = None
        form = self.fields["form"]
        assert isinstance(form, forms.ChoiceField)  # noqa: S101  (declared by the parent)
        offered = form.choices
        assert isinstance(offered, list)  # noqa: S101  (likewise)
        form.choices = [(value, label) for value, label in offered if value in _PEM]
