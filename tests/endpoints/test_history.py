"""Whatever happened, in whatever order: what is known equals a judgement of everything anew.

The histories of `tests.truststores.test_history` (arrivals, deletions, members, CRLs, policies,
time) go on with services, accounts, the life of certificates and the state of keys. After each step
only what is due is judged; then all of it is judged from nothing, and nothing may be different.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from certificates.models import KeyState, Lifecycle, PrivateKey
from certificates.services.change_key_state import change_key_state
from certificates.services.change_lifecycle import change_lifecycle
from certificates.services.find_holders import find_holders, holders_digest
from certificates.services.store_private_key import store_private_key
from endpoints.models import (
    Account,
    ChainSource,
    ClientAuthentication,
    Service,
    ServiceProtocol,
)
from endpoints.services.change_account import change_account
from endpoints.services.change_service import change_service
from endpoints.services.create_account import create_account
from endpoints.services.create_service import create_service
from endpoints.services.find_due import find_due
from endpoints.services.judge_endpoints import judge_endpoints
from endpoints.specs import AccountSpec, Address, ServiceSpec
from pki.verify.inputs import Policy, Usage
from tests.truststores.conftest import bring_in, work_off
from tests.truststores.test_history import UNIVERSE, certificates, steps
from tests.truststores.test_history import World as Stores
from truststores.errors import StoreInUse

SERVICES = (0, 1)
own_steps = st.one_of(
    st.tuples(
        st.just("service"),
        st.sampled_from(SERVICES),
        certificates,
        st.sampled_from(ChainSource),
        st.lists(certificates, max_size=3, unique=True),
        st.sampled_from((None, 0, 1)),
        st.sampled_from((None, 0, 1)),
    ),
    st.tuples(
        st.just("account"),
        st.lists(certificates, max_size=2, unique=True),
        st.lists(st.sampled_from(SERVICES), max_size=2, unique=True),
    ),
    st.tuples(st.just("life"), certificates, st.sampled_from(Lifecycle)),
    st.tuples(st.just("key"), certificates, st.sampled_from((None, *KeyState))),
)


class World(Stores):
    """Trust stores and the inventory as there, with services and accounts above them."""

    def _service(
        self,
        number: int,
        certificate: int,
        source: ChainSource,
        chain: list[int],
        server: int | None,
        client: int | None,
    ) -> None:
        rows = bring_in(*(UNIVERSE[index] for index in (certificate, *chain)))
        stores = [None if one is None else self._store(one) for one in (server, client)]
        spec = ServiceSpec(
            name=f"service {number}",
            protocol=ServiceProtocol.FTPS_EXPLICIT,
            port=21,
            addresses=(Address(host="a.example.com"), Address(host="ab")),
            certificate_id=rows[0].pk,
            chain_source=source,
            chain=tuple(row.pk for row in rows[1:]),
            server_store_id=stores[0].pk if stores[0] else None,
            client_store_id=stores[1].pk if stores[1] else None,
            client_authentication=ClientAuthentication.REQUIRED,
        )
        known = Service.objects.filter(name=spec.name).first()
        if known is None:
            create_service(actor=None, spec=spec, moment=self.moment)
        else:
            change_service(
                actor=None,
                service_id=known.pk,
                revision=known.revision,
                spec=spec,
                moment=self.moment,
            )

    def _account(self, used: list[int], services: list[int]) -> None:
        rows = bring_in(*(UNIVERSE[index] for index in used))
        names = [f"service {number}" for number in services]
        found = Service.objects.filter(name__in=names).values_list("pk", flat=True)
        spec = AccountSpec(
            name="b", certificates=tuple(row.pk for row in rows), services=tuple(found)
        )
        known = Account.objects.filter(name="b").first()
        if known is None:
            create_account(actor=None, spec=spec, moment=self.moment)
        else:
            change_account(
                actor=None,
                account_id=known.pk,
                revision=known.revision,
                spec=spec,
                moment=self.moment,
            )

    def _life(self, index: int, lifecycle: Lifecycle) -> None:
        row = self._row(index)
        if row is not None:
            change_lifecycle(actor=None, certificate=row, lifecycle=lifecycle, moment=self.moment)

    def _key(self, index: int, state: KeyState | None) -> None:
        """Bring in the private key of a certificate, or move it on where it is here."""
        pkcs8 = UNIVERSE[index].key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        row = self._row(index)
        key = row and PrivateKey.objects.filter(spki_sha256=row.spki_sha256).first()
        if not key:
            if row is not None:
                store_private_key(actor=None, pkcs8=pkcs8, name="k", origin="imported")
                # The clock of the history is another than that of the machine.
                rows = (Service.objects.all(), Account.objects.all())
                for marked in rows:
                    marked.filter(due_at__isnull=False).become_due(self.moment)
        elif state in key.next_states:
            seen = holders_digest(find_holders(key))
            change_key_state(actor=None, key=key, state=state, seen=seen, moment=self.moment)

    def _delete(self, index: int) -> None:
        try:
            with transaction.atomic():
                super()._delete(index)
        except ProtectedError:
            pass  # In use by a service or an account.

    def _drop_store(self, number: int) -> None:
        try:
            with transaction.atomic():
                super()._drop_store(number)
        except StoreInUse:
            pass


Known = dict[str, tuple[Any, ...]]


def known() -> Known:
    """What the console says of services and accounts now."""
    return {
        str(row): (
            row.standing,
            row.reason,
            row.works_until,
            row.due_at,
            row.judgement["findings"],
        )
        for rows in (Service.objects.all(), Account.objects.all())
        for row in rows
    }


def made_from_nothing(moment: datetime) -> Known:
    """What it would say if it forgot everything and judged all of it at this moment."""
    for rows in (Service.objects.all(), Account.objects.all()):
        rows.update(due_at=moment, inputs_digest="", judgement={}, standing="unchecked", reason="")
    judge_endpoints(moment=moment)
    return known()


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
@example(
    history=[
        ("join", 0, 0, None),
        ("service", 0, 8, ChainSource.BUILT, [], 0, 1),
        ("account", [7], [0]),
        ("arrive", [5]),
        ("arrive", [4]),
        ("join", 1, 0, None),
        ("time", 12),
        ("time", 4),
    ]
)
@example(
    history=[
        ("service", 0, 6, ChainSource.GIVEN, [3], 0, None),
        ("service", 1, 9, ChainSource.NONE, [], 0, 1),
        ("account", [7], [0, 1]),
        ("key", 6, None),
        ("key", 6, KeyState.COMPROMISED),
        ("life", 7, Lifecycle.RETIRED),
        ("join", 0, 0, None),
        ("delete", 2),
    ]
)
@given(history=st.lists(st.one_of(steps, own_steps), min_size=3, max_size=12))
def test_what_is_known_equals_a_judgement_of_everything_anew(
    db: None, history: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        world = World()
        for number in (0, 1):
            world.step("new store", number, Policy(usage=Usage.SERVER))
        for step in history:
            world.step(*step)
            work_off(world.moment)
            judge_endpoints(moment=world.moment)
            assert not find_due(moment=world.moment), step
            found = known()
            assert found == made_from_nothing(world.moment), step
        transaction.set_rollback(True)
