"""Threat 5: every address times every role against one table. An address without a row fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pkiadmin.roles import Role

pytestmark = pytest.mark.django_db

NOBODY = "anonymous"
READER = None
EVERYBODY = (READER, *(role.value for role in Role))
WORKERS = (Role.ADMINISTRATOR.value, Role.CUSTODIAN.value, Role.OPERATOR.value)
CUSTODIANS = (Role.ADMINISTRATOR.value, Role.CUSTODIAN.value)
AUDITORS = (Role.ADMINISTRATOR.value, Role.AUDITOR.value)
ADMINISTRATORS = (Role.ADMINISTRATOR.value,)


@dataclass(frozen=True)
class Row:
    """Who may use an address, and by which method it is asked for.

    `allowed` may give any answer but a refusal; a missing object (404) is no refusal. `public`
    needs no sign-in.
    """

    allowed: tuple[str | None, ...] = EVERYBODY
    method: str = "get"
    public: bool = False


READ = Row()
WORK = Row(WORKERS)
WORK_POST = Row(WORKERS, "post")
ADMIN = Row(ADMINISTRATORS)
ADMIN_POST = Row(ADMINISTRATORS, "post")
OWN = Row()
PUBLIC = Row(public=True)

TABLE: dict[str, Row] = {
    "home": READ,
    "healthz": PUBLIC,
    # certificates
    "certificates:certificates": READ,
    "certificates:certificate": READ,
    "certificates:certificates_csv": READ,
    "certificates:download": READ,
    "certificates:bundle": Row(EVERYBODY, "post"),
    "certificates:label": WORK_POST,
    "certificates:lifecycle": WORK_POST,
    "certificates:delete": WORK_POST,
    "certificates:crls": READ,
    "certificates:crl": READ,
    "certificates:crl_download": READ,
    "certificates:crl_delete": WORK_POST,
    "certificates:import": WORK,
    "certificates:import_result": READ,
    # keys
    "certificates:keys": READ,
    "certificates:key": READ,
    "certificates:key_download": READ,
    "certificates:key_making": READ,
    "certificates:key_new": WORK,
    "certificates:key_import": WORK,
    "certificates:key_import_result": WORK,
    "certificates:key_edit": WORK,
    "certificates:key_state": WORK_POST,
    "certificates:key_use": WORK_POST,
    "certificates:key_export_form": Row(CUSTODIANS),
    "certificates:key_export": Row(CUSTODIANS, "post"),
    "certificates:public_keys": READ,
    "certificates:public_key": READ,
    "certificates:public_key_download": READ,
    "certificates:public_key_edit": WORK,
    "certificates:public_key_use": WORK_POST,
    "certificates:public_key_delete": WORK_POST,
    "certificates:keys_label": WORK_POST,
    "certificates:public_keys_label": WORK_POST,
    # owners
    "certificates:owners": READ,
    "certificates:owner": READ,
    "certificates:owner_new": WORK,
    "certificates:owner_edit": WORK,
    "certificates:owner_merge": WORK,
    "certificates:owner_delete": WORK_POST,
    # requests and self-signed certificates
    "certificates:requests": READ,
    "certificates:request_new": WORK,
    "certificates:self_signed_new": WORK,
    "certificates:request_fill": WORK,
    "certificates:request_openssl": WORK_POST,
    "certificates:request_of_job": READ,
    "certificates:request": READ,
    "certificates:request_download": READ,
    "certificates:request_certificate": READ,
    "certificates:request_files_form": Row(CUSTODIANS),
    "certificates:request_files": Row(CUSTODIANS, "post"),
    "certificates:request_sent": WORK_POST,
    "certificates:request_withdraw": WORK_POST,
    "certificates:request_reply": WORK_POST,
    # trust stores and reports
    "truststores:trust_stores": READ,
    "truststores:trust_store": READ,
    "truststores:trust_store_new": WORK,
    "truststores:trust_store_edit": WORK,
    "truststores:trust_store_delete": WORK,
    "truststores:trust_store_download": READ,
    "truststores:trust_store_members": WORK,
    "truststores:trust_store_trust": WORK_POST,
    "truststores:trust_store_paste": WORK,
    "truststores:trust_store_roots": WORK,
    "truststores:member_remove": WORK_POST,
    "truststores:member_replace": WORK,
    "truststores:proposal": WORK,
    "truststores:proposal_save": WORK_POST,
    "truststores:proposal_again": WORK_POST,
    "truststores:trust_store_print": READ,
    "truststores:store_crls_add": WORK_POST,
    "truststores:crl_remove": WORK_POST,
    "truststores:store_crls": READ,
    "truststores:crl_upload": WORK_POST,
    "truststores:source_add": WORK_POST,
    "truststores:sources_take": WORK_POST,
    "truststores:source_fetch": WORK_POST,
    "truststores:source_remove": WORK_POST,
    "truststores:fetch": READ,
    "truststores:expiring": READ,
    "truststores:end_acknowledge": WORK_POST,
    "truststores:store_recipients": WORK,
    "truststores:reports": READ,
    "truststores:report": READ,
    "truststores:past_report": READ,
    "truststores:reports_csv": READ,
    "truststores:report_as_of": READ,
    "truststores:report_evidence": READ,
    "truststores:certificate_as_of": READ,
    "truststores:calendar": READ,
    "truststores:calendar_feed": PUBLIC,
    "truststores:calendar_feed_renew": Row(EVERYBODY, "post"),
    "truststores:calendar_feed_revoke": Row(EVERYBODY, "post"),
    "truststores:foresight_new": WORK_POST,
    "truststores:foresight": READ,
    "truststores:report_validate": WORK_POST,
    "truststores:run": READ,
    # services and accounts
    "endpoints:triage": READ,
    "endpoints:services": READ,
    "endpoints:service": READ,
    "endpoints:service_new": WORK,
    "endpoints:service_edit": WORK,
    "endpoints:service_delete": WORK,
    "endpoints:services_csv": READ,
    "endpoints:service_chain": READ,
    "endpoints:service_send_issuers": WORK_POST,
    "endpoints:service_present": WORK_POST,
    "endpoints:choices": READ,
    "endpoints:accounts": READ,
    "endpoints:accounts_csv": READ,
    "endpoints:account_accept": WORK_POST,
    "endpoints:account": READ,
    "endpoints:account_new": WORK,
    "endpoints:account_edit": WORK,
    "endpoints:account_delete": WORK,
    "endpoints:service_probe": WORK_POST,
    "endpoints:service_probes": READ,
    "endpoints:service_known_hosts": READ,
    "endpoints:service_authorized_keys": READ,
    "endpoints:account_authorized_keys": READ,
    "endpoints:ssh_compare": READ,
    "endpoints:probe_of_job": READ,
    "endpoints:probe": READ,
    "endpoints:probe_import": WORK_POST,
    "endpoints:probe_accept": WORK_POST,
    # kits
    "endpoints:rehearsals": READ,
    "endpoints:rehearsal_new": WORK,
    "endpoints:rehearsal": READ,
    "endpoints:rehearsal_again": WORK_POST,
    "endpoints:kits": READ,
    "endpoints:kit": READ,
    "endpoints:kit_new": WORK,
    "endpoints:kit_certificates": WORK,
    "endpoints:kit_check": WORK,
    "endpoints:kit_prove": WORK_POST,
    "endpoints:kit_trust": WORK,
    "endpoints:kit_create": WORK_POST,
    "endpoints:kit_delete": WORK,
    "endpoints:kit_download_form": WORK,
    "endpoints:kit_download": WORK_POST,
    # jobs
    "jobs:jobs": READ,
    "jobs:job": READ,
    "jobs:rerun": WORK_POST,
    "jobs:cancel": WORK_POST,
    "jobs:schedule": READ,
    "jobs:run_now": WORK_POST,
    # audit
    "audit:events": Row(AUDITORS),
    # people
    "people": ADMIN,
    "person_add": ADMIN,
    "person_role": ADMIN_POST,
    "person_password": ADMIN_POST,
    "person_deactivate": ADMIN_POST,
    "person_activate": ADMIN_POST,
    # one's own account
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": OWN,
    "account_change_password": OWN,
    "mfa_index": OWN,
    "mfa_authenticate": OWN,
    "mfa_reauthenticate": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN,
    "mfa_view_recovery_codes": OWN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_download_recovery_codes": OWN,
}


# Browsers give security keys to https addresses alone, and so does the console.
WITH_SECURITY_KEYS: dict[str, Row] = {
    "mfa_list_webauthn": OWN,
    "mfa_add_webauthn": OWN,
    "mfa_signup_webauthn": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_remove_webauthn": OWN,
    "mfa_edit_webauthn": OWN,
}
if "webauthn" in settings.MFA_SUPPORTED_TYPES:
    TABLE |= WITH_SECURITY_KEYS


def addresses(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of every address, and values for what it takes."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry, inner)
        elif isinstance(entry, URLPattern):
            values = {
                name: EXAMPLES[type(converter).__name__]
                for name, converter in entry.pattern.converters.items()
            }
            yield f"{namespace}{entry.name}", values


EXAMPLES = {
    "UUIDConverter": uuid.UUID(int=7),
    "IntConverter": 987_654_321,
    "SlugConverter": "nothing-of-this-name",
    "StringConverter": "nothing-of-this-name",
}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {name for name, _ in addresses()} == set(TABLE)


@pytest.mark.parametrize("role", [NOBODY, *EVERYBODY], ids=str)
def test_what_each_role_may_open(role: str | None, client_for: Callable[..., Any]) -> None:
    client = client_for(role)
    wrong = []
    for name, values in addresses():
        row = TABLE.get(name)
        if row is None:
            continue
        answer = client.generic(row.method.upper(), reverse(name, kwargs=values))
        to_sign_in = answer.status_code == 302 and "/account/login/" in answer["Location"]
        if role == NOBODY:
            right = to_sign_in != row.public
        elif role in row.allowed:
            right = answer.status_code < 500 and answer.status_code != 403 and not to_sign_in
        else:
            right = answer.status_code == 403
        if not right:
            wrong.append((name, row.method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.method == "post"])
def test_what_changes_something_is_asked_for_by_post_alone(
    name: str, client_for: Callable[..., Any]
) -> None:
    values = dict(addresses())[name]
    assert client_for("administrator").get(reverse(name, kwargs=values)).status_code == 405
