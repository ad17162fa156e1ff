from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import QuerySet

from certificates.key_specs import KeyAbout, OwnerWanted
from certificates.models import Label, Owner, OwnerKind
from certificates.specs import LONGEST_LABEL, label_names
from ui.plain_names import plain_name

LONGEST_NAME = 200


class KeyAboutFields(forms.Form):
    """What people say about a key; the part that the forms of keys have in common."""

    name = forms.CharField(
        max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    owner = forms.ModelChoiceField(
        queryset=Owner.objects.none(),
        required=False,
        empty_label="Nobody named",
        help_text="The person, application or organization that the key stands for.",
    )
    new_owner_name = forms.CharField(
        label="Its name",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    new_owner_kind = forms.ChoiceField(
        label="It is", choices=OwnerKind.choices, required=False, initial=OwnerKind.APPLICATION
    )
    new_owner_email = forms.EmailField(label="E-mail", required=False)
    labels = forms.CharField(
        max_length=400,
        required=False,
        help_text="Words to find it by, with commas between them.",
        widget=forms.TextInput(attrs={"list": "label-names", "autocomplete": "off"}),
    )
    note = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101  (declared above)
        owner.queryset = Owner.objects.all()

    @property
    def label_choices(self) -> QuerySet[Label]:
        """The labels that are in use, for the field to offer."""
        return Label.objects.all()

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
            template="certificates/keys/_new_owner.html",
        )

    def clean_labels(self) -> tuple[str, ...]:
        names = label_names(self.cleaned_data["labels"])
        if any(len(name) > LONGEST_LABEL for name in names):
            raise forms.ValidationError(f"A label has {LONGEST_LABEL} characters at most.")
        return tuple(plain_name(name, "A label") for name in names)

    def clean_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["name"]).split()))

    def clean_new_owner_name(self) -> str:
        return plain_name(" ".join(str(self.cleaned_data["new_owner_name"]).split()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_owner_name") and cleaned.get("owner"):
            self.add_error("owner", "Choose an owner or name a new one, not both.")
        if cleaned.get("new_owner_email") and not cleaned.get("new_owner_name"):
            self.add_error("new_owner_name", "A new owner needs a name.")
        return cleaned

    def to_about(self) -> KeyAbout:
        told = self.cleaned_data
        owner: Owner | None = told["owner"]
        new = None
        if told["new_owner_name"]:
            new = OwnerWanted(
                kind=told["new_owner_kind"] or OwnerKind.APPLICATION,
                name=told["new_owner_name"],
                email=told["new_owner_email"],
            )
        return KeyAbout(
            name=told["name"],
            owner_id=owner.pk if owner is not None else None,
            new_owner=new,
            labels=told["labels"],
            note=told["note"],
        )
