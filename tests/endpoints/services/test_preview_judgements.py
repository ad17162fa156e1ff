"""What a change of a trust store would do to services and accounts, before it is saved."""

from __future__ import annotations

from typing import Any

import pytest

from certificates.models import Certificate
from endpoints.models import Account, Service
from endpoints.services.judge_endpoints import judge_endpoints
from endpoints.services.preview_judgements import count_judged, preview_judgements
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import NOW, Authority, authority, bring_in, leaf, work_off
from truststores.models import TrustStore
from truststores.proposals import StoreChange
from truststores.services.preview_change import proposed_input
from truststores.services.propose_change import propose_change
from truststores.services.save_proposal import save_proposal
from truststores.specs import NewMember

pytestmark = pytest.mark.django_db

ROOT = authority("R")
PARTNERS = authority("P")
BELOW = authority("P below", PARTNERS)
HOST = "ftp.example.com"


@pytest.fixture
def described(service_of: ServiceOf, account_of: AccountOf, store_of: Any) -> TrustStore:
    """A service with three accounts: of the root, of what is below it, and of somebody else."""
    clients = store_of("What clients trust", ROOT)
    partners: TrustStore = store_of("Partners", PARTNERS, usage="client")
    server, near, far, other, _ = bring_in(
        lasting(HOST, ROOT),
        lasting("near", PARTNERS, "client"),
        lasting("far", BELOW, "client"),
        lasting("other", authority("O"), "client"),
        authority("O"),
    )
    service = service_of(
        "FTPS", HOST, certificate=server, server_store=clients, client_store=partners
    )
    service_of("Elsewhere", HOST, certificate=server, server_store=clients)
    for name, certificate in (("near", near), ("far", far), ("other", other)):
        account_of(name, certificates=[certificate], services=[service])
    return partners


def lasting(name: str, issuer: Authority, *usages: str) -> Authority:
    """Valid at NOW and at the real now, whenever that is."""
    return leaf(name, issuer, start=-1000, end=3000, usages=usages or ("server",))


def preview(store: TrustStore, **change: Any) -> dict[str, Any]:
    proposed = proposed_input(store=store, change=StoreChange(**change))
    return preview_judgements(store, proposed, NOW)


def names(outcome: dict[str, Any], group: str) -> set[str]:
    rows: dict[str, Any] = {"service": Service, "account": Account}
    return {str(rows[turn["kind"]].objects.get(pk=turn["pk"])) for turn in outcome["turns"][group]}


def row(one: Any) -> Certificate:
    [found] = bring_in(one)
    return found


def test_it_names_who_stops_and_who_begins_to_work(described: TrustStore) -> None:
    bring_in(BELOW)
    other = row(authority("O"))
    outcome = preview(
        described,
        removals=(row(PARTNERS).pk,),
        additions=(NewMember(certificate_id=other.pk),),
    )
    assert names(outcome, "red") == {"near", "far"}
    assert names(outcome, "green") == {"other"}
    assert (outcome["red"], outcome["green"]) == (2, 1)
    assert outcome["asked"] == 4
    assert count_judged(described) >= outcome["asked"]
    assert outcome["warning"] == "2 accounts will stop working."


def test_an_intermediate_in_the_store_lets_a_client_in_that_does_not_send_it(
    described: TrustStore,
) -> None:
    below = row(BELOW)
    outcome = preview(described, additions=(NewMember(certificate_id=below.pk),))
    assert (outcome["red"], outcome["green"]) == (0, 0)
    assert names(outcome, "other") == {"far"}, "it works without a warning then"
    [turn] = outcome["turns"]["other"]
    assert (turn["before"], turn["after"]) == ("warned", "works")


def test_a_store_of_clients_turns_services_and_whoever_uses_them(described: TrustStore) -> None:
    clients = TrustStore.objects.get(name="What clients trust")
    outcome = preview(clients, removals=(row(ROOT).pk,))
    assert {"FTPS", "Elsewhere", "near"} <= names(outcome, "red")
    assert outcome["warning"].startswith("2 services and ")


def test_what_it_says_comes_true(described: TrustStore) -> None:
    bring_in(BELOW)
    change = StoreChange(removals=(row(PARTNERS).pk,))
    proposal = propose_change(actor=None, store_id=described.pk, change=change)
    assert proposal.outcome is not None
    [told] = proposal.outcome["dependants"]
    assert not Account.objects.exclude(standing="unchecked").exists(), "nothing is written"
    save_proposal(actor=None, proposal_id=proposal.pk)
    work_off(NOW)
    Service.objects.all().become_due(NOW)
    Account.objects.all().become_due(NOW)
    judge_endpoints(moment=NOW)
    assert set(Account.objects.filter(standing="fails").values_list("name", flat=True)) == {
        "near",
        "far",
        "other",
    }
    assert told["red"] == 2
    for turn in told["turns"]["red"]:
        found = Account.objects.get(pk=turn["pk"])
        assert (found.standing, found.reason) == (turn["after"], turn["reason"])


def test_the_page_of_the_proposal_names_them_and_warns(
    described: TrustStore, client_for: Any
) -> None:
    bring_in(BELOW)
    change = StoreChange(removals=(row(PARTNERS).pk,))
    proposal = propose_change(actor=None, store_id=described.pk, change=change)
    page = client_for("operator").get(proposal.get_absolute_url()).content.decode()
    assert 'data-endpoint-turn="red" data-count="2"' in page
    assert "The service does not trust the client&#x27;s authority" in page
    assert "2 accounts will stop working." in page


def test_a_store_that_nothing_rests_on_has_no_such_panel(store_of: Any, client_for: Any) -> None:
    store = store_of("Alone", ROOT)
    change = StoreChange(removals=(row(ROOT).pk,))
    proposal = propose_change(actor=None, store_id=store.pk, change=change)
    page = client_for("operator").get(proposal.get_absolute_url()).content.decode()
    assert "Services and accounts</h2>" not in page
