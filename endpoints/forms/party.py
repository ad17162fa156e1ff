from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div  # type: ignore[import-untyped]  # ships no types
from django import forms

from certificates.key_specs import OwnerWanted
from certificates.models import Owner, OwnerKind
from endpoints.specs import Party
from ui.plain_names import plain_name


class PartyFields(forms.Form):
    """Whom something belongs to: an owner who is known, or a new one."""

    owner = forms.ModelChoiceField(
        queryset=Owner.objects.none(), required=False, empty_label="Nobody named"
    )
    new_owner_name = forms.CharField(
        label="Its name",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    new_owner_kind = forms.ChoiceField(
        label="It is", choices=OwnerKind.choices, required=False, initial=OwnerKind.ORGANIZATION
    )
    new_owner_email = forms.EmailField(label="E-mail", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101  (declared above)
        owner.queryset = Owner.objects.all()

    @property
    def new_owner_part(self) -> Div:
        """A new owner, folded away until somebody needs it."""
        started = any(
            self[name].errors or self[name].value()
            for name in ("new_owner_name", "new_owner_email")
        )
        return Div(
            "new_owner_name",
            "new_owner_kind",
            "new_owner_email",
            css_class="is-open" if started else "",
            template="endpoints/_new_party.html",
        )

    def clean_new_owner_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["new_owner_name"]).split()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_owner_name") and cleaned.get("owner"):
            self.add_error("owner", "Choose somebody or name a new one, not both.")
        if cleaned.get("new_owner_email") and not cleaned.get("new_owner_name"):
            self.add_error("new_owner_name", "A new one needs a name.")
        return cleaned

    def to_party(self) -> Party:
        told = self.cleaned_data
        if told["new_owner_name"]:
            return Party(
                new_owner=OwnerWanted(
                    kind=told["new_owner_kind"] or OwnerKind.ORGANIZATION,
                    name=told["new_owner_name"],
                    email=told["new_owner_email"],
                )
            )
        owner: Owner | None = told["owner"]
        return Party(owner_id=owner.pk if owner is not None else None)
