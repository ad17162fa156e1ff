from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from certificates.specs import LONGEST_LABEL, label_names
from ui.plain_names import plain_name
from ui.row_ids import row_id

# A page of a list has fifty rows; whoever calls these pages by hand gets no more work out of them.
MOST_SELECTED = 1_000


def selected_ids(data: QueryDict) -> list[int]:
    """The ids of the rows that were ticked, in the order of the page; what is no id is left out."""
    ids = map(row_id, data.getlist("selected"))
    return list(dict.fromkeys(one for one in ids if one is not None))[:MOST_SELECTED]


class LabelForm(forms.Form):
    """Labels to put on or to take off; what was put on once may be taken off, whatever it holds."""

    labels = forms.CharField(
        max_length=400,
        error_messages={"required": "Name a label first."},
        widget=forms.TextInput(attrs={"list": "label-names", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, removes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.removes = removes

    def clean_labels(self) -> list[str]:
        names = label_names(self.cleaned_data["labels"])
        if not names:
            raise forms.ValidationError("Name a label first.")
        if any(len(name) > LONGEST_LABEL for name in names):
            raise forms.ValidationError(f"A label has {LONGEST_LABEL} characters at most.")
        return names if self.removes else [plain_name(name, "A label") for name in names]
