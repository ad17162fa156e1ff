from __future__ import annotations

from certificates.forms.request_files_form import RequestFilesForm


class KitFilesForm(RequestFilesForm):
    """How the key of one side leaves in its archive: as PEM, under which passphrase, and why."""

    submit_label = "Prove and download"
