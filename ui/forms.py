"""How every form is laid out: its errors first, its fields by crispy-forms, its buttons last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.core.exceptions import ValidationError

from ui.uploads import BinaryUpload, RefusedUpload


class LaidOut:
    """Gives a form its `helper`; for a `forms.Form` or a `forms.ModelForm`.

    `submit_label` names what the button does. With `cancel_url` a link leads back. A form that
    groups its fields adds a layout: `helper = super().helper; helper.layout = Layout(...)`.
    """

    submit_label = "Save"
    cancel_url = ""
    form_method = "post"

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_method = self.form_method
        helper.form_class = "form-plain"
        if self.form_method == "post":
            # A second click while the first is under way asks for nothing; mistakes are told by
            # the server, in the same words with and without JavaScript.
            helper.attrs = {"data-submit-once": "", "novalidate": ""}
        # Read by templates/bootstrap5/inputs.html.
        helper.submit_label = self.submit_label
        helper.cancel_url = self.cancel_url
        return helper


class ManyFilesInput(forms.ClearableFileInput):
    """A file chooser that takes several files; those dragged over it count as chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; one that is larger than the console takes is an error that says so."""

    widget = ManyFilesInput

    def to_python(self, data: Any) -> Any:
        refuse_oversized(data)
        return super().to_python(data)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if isinstance(data, list | tuple):
            if not data:
                return [super().clean(None, initial)] if self.required else []
            return [super(FilesField, self).clean(one, initial) for one in data]
        cleaned = super().clean(data, initial)
        return [cleaned] if cleaned else []


class OneFileField(forms.FileField):
    """One file; larger than the console takes, it is an error that says so."""

    def to_python(self, data: Any) -> Any:
        refuse_oversized(data)
        return super().to_python(data)


def refuse_oversized(data: BinaryUpload | Sequence[BinaryUpload] | None) -> None:
    for file in data if isinstance(data, list | tuple) else [data]:
        if isinstance(file, RefusedUpload):
            raise ValidationError(file.says, code="too_large")
