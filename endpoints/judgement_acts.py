"""What helps, as links and buttons: the page that does it for each remedy of a judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.urls import reverse

from certificates.models import Certificate
from endpoints.models import Account, ChainSource, Service
from endpoints.views.right import RIGHT
from pki.endpoints.judgement import JudgedFinding
from truststores.models import TrustStore
from truststores.services.advise import Act

Rows = Mapping[str, Any]
Judged = Service | Account
_CHANGE_STORE: Final = "truststores.change_truststore"
_SHORT: Final = 40


def acts_for(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    """The acts for a finding; `rows` are those that its data name, under the names of the data."""
    maker = _ACTS.get(finding.remedy)
    if maker is not None:
        yield from maker(row, finding, rows)


def _edit(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    name = "service" if isinstance(row, Service) else "account"
    yield Act(
        label=f"Edit the {name}",
        url=reverse(f"endpoints:{name}_edit", args=[row.pk]),
        icon="pencil",
        permission=RIGHT,
    )


def _choose(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    name = "service" if isinstance(row, Service) else "account"
    yield Act(
        label="Choose another certificate",
        url=reverse(f"endpoints:{name}_edit", args=[row.pk]),
        icon="scroll-text",
        permission=RIGHT,
    )


def _send_chain(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    """One press, where the inventory has the issuers and they are not what is sent already."""
    if isinstance(row, Service) and row.chain_source != ChainSource.BUILT:
        yield Act(
            label="Send its issuers from the inventory",
            url=reverse("endpoints:service_send_issuers", args=[row.pk]),
            icon="link",
            fields=(("revision", str(row.revision)),),
            permission=RIGHT,
        )


def _trust(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    """Propose to add what is missing to the store of the other side; a preview comes first."""
    store = rows.get("store")
    missing = rows.get("anchor") or rows.get("issuer")
    if not isinstance(store, TrustStore) or not isinstance(missing, Certificate):
        return
    role = "anchor" if rows.get("anchor") else "intermediate"
    yield Act(
        label=f"Add “{_short(missing)}” to “{_short(store)}”",
        url=reverse("truststores:trust_store_trust", args=[store.pk]),
        icon="shield-plus",
        fields=(("certificate", str(missing.pk)), ("role", role)),
        permission=_CHANGE_STORE,
    )


def _edit_store(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    if isinstance(store := rows.get("store"), TrustStore):
        yield Act(
            label=f"Edit “{_short(store)}”",
            url=reverse("truststores:trust_store_edit", args=[store.pk]),
            icon="settings-2",
            permission=_CHANGE_STORE,
        )


def _import(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    yield Act(
        label="Import the issuer",
        url=reverse("certificates:import"),
        icon="upload",
        permission="certificates.import_certificates",
    )


def _renew(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    """A new request like the old certificate, where it is not a CA's, and the place to choose."""
    ending = rows.get("ending") or rows.get("refused") or rows.get("certificate")
    if isinstance(ending, Certificate) and not ending.is_ca:
        yield Act(
            label=f"Renew “{_short(ending)}”",
            url=f"{reverse('certificates:request_new')}?renews={ending.pk}",
            icon="rotate-cw",
            permission="certificates.create_request",
        )
    yield from _choose(row, finding, rows)


def _renew_crl(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    if isinstance(store := rows.get("store"), TrustStore):
        yield Act(
            label=f"CRLs of “{_short(store)}”",
            url=reverse("truststores:store_crls", args=[store.pk]),
            icon="list-x",
        )


def _see_key(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    key, certificate = rows.get("key"), rows.get("certificate")
    if key is not None:
        yield Act(label="See the key", url=key.get_absolute_url(), icon="key-round")
    elif isinstance(certificate, Certificate):
        yield Act(
            label="See the certificate and its key",
            url=certificate.get_absolute_url(),
            icon="key-round",
        )


def _see_service(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    if isinstance(service := rows.get("service"), Service):
        yield Act(
            label=f"See “{_short(service)}”",
            url=service.get_absolute_url() + "#judgement",
            icon="server",
        )


def _rehearse(row: Judged, finding: JudgedFinding, rows: Rows) -> Iterator[Act]:
    """A real handshake says what OpenSSL does; between an account and the service in question."""
    service = row if isinstance(row, Service) else rows.get("service")
    if isinstance(service, Service):
        account = f"&account={row.pk}" if isinstance(row, Account) else ""
        yield Act(
            label="Rehearse a connection",
            url=f"{reverse('endpoints:rehearsal_new')}?service={service.pk}{account}",
            icon="cable",
            permission=RIGHT,
        )


def _short(row: object) -> str:
    name = str(row)
    return name if len(name) <= _SHORT else f"{name[: _SHORT - 1]}…"


_Maker = Callable[[Judged, JudgedFinding, Rows], Iterator[Act]]

_ACTS: Final[dict[str, _Maker]] = {
    "add_to_client_store": _trust,
    "add_to_server_store": _trust,
    "choose_certificate": _choose,
    "clean_chain": _send_chain,
    "edit_account": _edit,
    "edit_client_store": _edit_store,
    "edit_server_store": _edit_store,
    "edit_service": _edit,
    "import_issuer": _import,
    "look_at_key": _see_key,
    "look_at_service": _see_service,
    "rehearse": _rehearse,
    "renew": _renew,
    "renew_crl": _renew_crl,
    "send_chain": _send_chain,
}
