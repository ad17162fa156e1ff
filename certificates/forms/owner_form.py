from __future__ import annotations

from typing import Any

from django import forms

from certificates.key_specs import OwnerWanted
from certificates.models import Owner, OwnerKind
from ui.forms import LaidOut
from ui.plain_names import plain_name


class OwnerForm(LaidOut, forms.Form):
    """Who an owner is; with `owner`, of one that is here."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kind = forms.ChoiceField(label="It is", choices=OwnerKind.choices)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="Hears of what comes to its end among the certificates of its keys.",
    )

    def __init__(self, *args: Any, owner: Owner | None = None, **kwargs: Any) -> None:
        if owner is not None:
            said = {"name": owner.name, "kind": owner.kind, "email": owner.email}
            kwargs.setdefault("initial", said)
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.submit_label = "Save" if owner is not None else "Add the owner"

    def clean_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["name"]).split()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        same = Owner.objects.filter(kind=cleaned.get("kind"), name=cleaned.get("name"))
        if self.owner is not None:
            same = same.exclude(pk=self.owner.pk)
        if same.exists():
            self.add_error("name", "There is one of this kind and name. Merge the two instead.")
        return cleaned

    def to_wanted(self) -> OwnerWanted:
        told = self.cleaned_data
        return OwnerWanted(kind=told["kind"], name=told["name"], email=told["email"])


class OwnerMergeForm(LaidOut, forms.Form):
    """Into which other owner one goes."""

    submit_label = "Merge"

    into = forms.ModelChoiceField(
        queryset=Owner.objects.none(),
        empty_label="Choose the one that stays",
        help_text="Everything of this owner becomes that one's, and this one is deleted.",
    )

    def __init__(self, *args: Any, owner: Owner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = self.fields["into"]
        assert isinstance(into, forms.ModelChoiceField)  # noqa: S101  (declared above)
        into.queryset = Owner.objects.exclude(pk=owner.pk)
        into.label_from_instance = _with_kind  # type: ignore[assignment,method-assign]  # Django's own way
        self.cancel_url = owner.get_absolute_url()

    def to_owner(self) -> Owner:
        chosen: Owner = self.cleaned_data["into"]
        return chosen


def _with_kind(owner: Any) -> str:
    return f"{owner} ({owner.get_kind_display().lower()})"
