"""What the forms of services and accounts have in common between being typed and being saved."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from endpoints.errors import EndpointRefused
from endpoints.forms.account_form import AccountForm
from endpoints.forms.service_form import ServiceForm
from endpoints.services.take_pasted_keys import take_pasted_keys
from endpoints.specs import KeyRef
from endpoints.texts import refusal_text
from truststores.views.actor import actor_of
from ui.row_ids import row_id

KEYS_RIGHT = "certificates.manage_keys"
_FIELDS = {
    "service.name_taken": "name",
    "account.name_taken": "name",
    "endpoint.keys_refused": "pasted_keys",
    "endpoint.keys_need_right": "pasted_keys",
}

RowT = TypeVar("RowT", bound=Model)


def named_in_address(request: HttpRequest, parameter: str, rows: QuerySet[RowT]) -> RowT | None:
    """The row whose number a link names; None where it names none that is there."""
    pk = row_id(request.GET.get(parameter, ""))
    return rows.filter(pk=pk).first() if pk is not None else None


@sensitive_variables("form")
def pasted_keys_of(request: HttpRequest, form: ServiceForm | AccountForm) -> tuple[KeyRef, ...]:
    """The keys that were pasted into a valid form, now in the key store."""
    if not form.pasted:
        return ()
    if not request.user.has_perm(KEYS_RIGHT):
        raise EndpointRefused("endpoint.keys_need_right")
    return take_pasted_keys(
        actor=actor_of(request),
        text=form.pasted,
        party=form.to_party(),
        token=form.to_token(),
        request=request,
    )


def tell(form: ServiceForm | AccountForm, refusal: EndpointRefused) -> None:
    """Put a refusal beside the field that it is about."""
    form.add_error(_FIELDS.get(refusal.code), refusal_text(refusal.code, refusal.data))
