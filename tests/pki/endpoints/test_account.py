"""Can an account log in: its certificates by each service, its name, and the services themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pki.endpoints.facts import AccountFacts, ClientRequest, Presented, ServiceFacts, SshKey
from pki.endpoints.judgement import Standing, Weight
from pki.verify.inputs import Usage
from tests.pki.chains import DAY, MOMENT, YEAR, Issued, make_ca, make_leaf
from tests.pki.endpoints.describing import (
    codes,
    of_account,
    of_service,
    presented,
    service,
    store,
    the,
)

HOST = "ftp.example.com"
ROOT = make_ca("Root")
PARTNERS = make_ca("Partners root")
PARTNERS_CA = make_ca("Partners CA", PARTNERS)
SERVER = presented(make_leaf(HOST, ROOT, not_after=MOMENT + YEAR))


def client(name: str, issuer: Issued = PARTNERS, **given: Any) -> Issued:
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
    facts: dict[str, Any] = {"usages": usages, "not_after": MOMENT + YEAR} | given
    return make_leaf(name, issuer, dns=(), **facts)


def ftps(
    number: int = 3, *, shown: Presented = SERVER, host: str = HOST, **facts: Any
) -> ServiceFacts:
    given: dict[str, Any] = {
        "client_request": ClientRequest.REQUIRED,
        "client_store": store(PARTNERS, number=8, usage=Usage.CLIENT),
    } | facts
    return service(shown, store(ROOT), host, number=number, **given)


def account(
    name: str, *certificates: Presented, services: tuple[ServiceFacts, ...] = (), **facts: Any
) -> AccountFacts:
    return AccountFacts(
        name=name, certificates=certificates, services=services or (ftps(),), **facts
    )


def test_it_logs_in_with_a_certificate_of_its_name_until_that_ends() -> None:
    shown = presented(client("acme", not_after=MOMENT + 60 * DAY))
    judgement = of_account(account("acme", shown))
    assert (judgement.standing, codes(judgement)) == (Standing.WORKS, [])
    assert judgement.works_until is not None
    assert abs(judgement.works_until - (MOMENT + 60 * DAY)) <= timedelta(seconds=1)


def test_the_name_is_compared_byte_for_byte() -> None:
    for cn, name, code in (
        ("Acme", "acme", "client.cn_case"),
        ("acme ", "acme", "client.cn_differs"),
        ("acmé", "acme\u0301", "client.cn_differs"),
        ("other", "acme", "client.cn_differs"),
        ("acme\0evil", "acme", "client.cn_differs"),
    ):
        judgement = of_account(account(name, presented(client(cn))))
        assert (judgement.standing, codes(judgement)) == (Standing.FAILS, [code]), cn
        assert judgement.works_until is None
        assert "\0" not in str(the(judgement, code).data)


def test_a_certificate_without_a_common_name_is_nobody() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "acme")])
    judgement = of_account(account("acme", presented(make_leaf(name, PARTNERS, usages=[]))))
    assert judgement.reason == "client.cn_missing"


def test_the_name_does_not_matter_where_the_service_does_not_ask_for_it() -> None:
    facts = account("acme", presented(client("x")), services=(ftps(cn_is_account=False),))
    assert of_account(facts).standing is Standing.WORKS


def test_a_server_certificate_is_no_client_certificate() -> None:
    shown = presented(make_leaf("acme", PARTNERS))
    judgement = of_account(account("acme", shown))
    assert codes(judgement) == ["client.purpose"]


def test_a_certificate_that_the_service_does_not_accept_fails_there_alone() -> None:
    foreign = presented(client("acme", make_ca("Elsewhere")))
    open_to_all = ftps(4, client_request=ClientRequest.NONE)
    judgement = of_account(account("acme", foreign, services=(ftps(), open_to_all)))
    assert judgement.standing is Standing.FAILS
    assert [(one.code, one.place) for one in judgement.findings] == [
        ("client.issuer_unknown", "service:3")
    ]


def test_a_required_certificate_that_is_not_there() -> None:
    judgement = of_account(account("acme"))
    assert (judgement.standing, judgement.reason) == (Standing.FAILS, "account.no_certificate")
    optional = account("acme", services=(ftps(client_request=ClientRequest.OPTIONAL),))
    assert of_account(optional).standing is Standing.WORKS


def test_a_client_has_to_send_what_the_service_does_not_hold() -> None:
    leaf = client("acme", PARTNERS_CA)
    sends = of_account(account("acme", presented(leaf, PARTNERS_CA)))
    assert (sends.standing, sends.reason) == (Standing.WARNED, "client.must_send")
    assert the(sends, "client.must_send").get("issuer") == PARTNERS_CA.sha256
    alone = of_account(account("acme", presented(leaf, inventory=[PARTNERS_CA])))
    assert (alone.standing, alone.reason) == (Standing.FAILS, "client.chain_not_sent")
    by = store(PARTNERS, via=[PARTNERS_CA], number=8, usage=Usage.CLIENT)
    held = account("acme", presented(leaf), services=(ftps(client_store=by),))
    assert of_account(held).standing is Standing.WORKS


def test_while_one_certificate_works_another_that_does_not_is_a_warning() -> None:
    old = presented(client("acme", not_after=MOMENT - DAY))
    new = presented(client("acme", not_after=MOMENT + 90 * DAY))
    judgement = of_account(account("acme", old, new))
    assert judgement.standing is Standing.WARNED
    assert the(judgement, "client.expired").weight is Weight.WARNED
    assert judgement.works_until is not None
    assert judgement.works_until > MOMENT + 80 * DAY
    assert of_account(account("acme", old)).standing is Standing.FAILS


def test_it_stops_when_the_service_stops() -> None:
    short = presented(make_leaf(HOST, ROOT, not_after=MOMENT + 40 * DAY))
    facts = account("acme", presented(client("acme")), services=(ftps(shown=short),))
    judgement = of_account(facts)
    assert judgement.works_until is not None
    assert abs(judgement.works_until - (MOMENT + 40 * DAY)) <= timedelta(seconds=1)
    assert judgement.horizon == MOMENT + 10 * DAY
    assert of_account(facts, MOMENT + 41 * DAY).reason == "account.service_fails"


def test_it_says_which_service_does_not_work_and_why() -> None:
    broken = ftps(5, shown=presented(make_leaf("www.example.com", ROOT)))
    judgement = of_account(account("acme", presented(client("acme")), services=(ftps(), broken)))
    finding = the(judgement, "account.service_fails")
    assert (finding.get("service"), finding.get("reason")) == (5, "name.mismatch")
    bare = service(None, store(ROOT), HOST, number=6)
    assert of_account(account("acme", services=(bare,))).standing is Standing.INCOMPLETE


def test_the_judgements_of_services_can_be_brought_along() -> None:
    from pki.endpoints.account import judge_account

    facts = account("acme", presented(client("acme")), services=(ftps(), ftps(4)))
    given = [of_service(one) for one in facts.services]
    assert judge_account(facts, MOMENT, given) == of_account(facts)


def test_services_of_different_names_want_a_client_certificate_each() -> None:
    one = ftps(
        3,
        shown=presented(make_leaf("acme-test.com", ROOT)),
        host="acme-test.com",
        cn_is_account=False,
    )
    two = ftps(
        4,
        shown=presented(make_leaf("acme1-test.com", ROOT)),
        host="acme1-test.com",
        cn_is_account=False,
    )
    both = (one, two)
    stranger = of_account(account("partner", presented(client("acme-test.com")), services=both))
    assert stranger.reason == "account.server_names_differ"
    assert the(stranger, "account.server_names_differ").get("names") == "acme1-test.com"
    each = account(
        "partner",
        presented(client("acme-test.com")),
        presented(client("acme1-test.com")),
        services=both,
    )
    assert of_account(each).standing is Standing.WORKS
    by_name = account("partner", presented(client("partner")), services=both)
    assert of_account(by_name).standing is Standing.WORKS


def test_an_sftp_account_needs_a_key_and_no_certificate() -> None:
    host_key = SshKey(spki_sha256="aa", algorithm="Ed25519", size=0)
    sftp = service(None, None, HOST, speaks_tls=False, host_keys=(host_key,))
    without = of_account(account("acme", services=(sftp,)))
    assert (without.standing, without.reason) == (Standing.INCOMPLETE, "account.no_ssh_key")
    own = SshKey(spki_sha256="bb", algorithm="Ed25519", size=0)
    judgement = of_account(account("acme", services=(sftp,), ssh_keys=(own,)))
    assert (judgement.standing, judgement.works_until) == (Standing.WORKS, None)


def test_an_account_without_services_is_not_fully_described() -> None:
    judgement = of_account(AccountFacts(name="acme"))
    assert (judgement.standing, judgement.reason) == (Standing.INCOMPLETE, "account.no_service")


def test_a_key_of_a_partner_is_not_expected_here() -> None:
    shown = presented(client("acme"), key_state="")
    assert codes(of_account(account("acme", shown))) == []
    assert codes(of_account(account("acme", shown, is_ours=True))) == ["key.not_held"]


def test_a_compromised_client_key_fails_everywhere() -> None:
    shown = presented(client("acme"), key_state="compromised")
    judgement = of_account(account("acme", shown))
    assert (judgement.standing, judgement.reason) == (Standing.FAILS, "key.compromised")
    assert judgement.works_until is None
