"""Chains with faults of every kind, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.verify.inputs import Policy, Revocation, Usage
from tests.pki.chains import DAY, MOMENT, Issued, make_ca, make_crl, make_key, make_leaf

POLICY_A = x509.ObjectIdentifier("1.2.3.4.1")
POLICY_B = x509.ObjectIdentifier("1.2.3.4.2")
# Made once: RSA keys take long, and what is weak about them is their length.
WEAK_KEY = rsa.generate_private_key(65537, 1024)


@dataclass
class Case:
    """A question in the making; a fault changes one thing before anything is issued, or after."""

    draw: random.Random
    faults: list[str] = field(default_factory=list)
    root: Issued = field(init=False)
    issuers: list[Issued] = field(default_factory=list)
    anchors: list[Issued] = field(default_factory=list)
    untrusted: list[Issued] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    leaf: Issued = field(init=False)
    host: str | None = None
    address: str | None = None
    policy: dict[str, object] = field(default_factory=dict)
    root_options: dict[str, object] = field(default_factory=dict)
    ca_options: dict[str, object] = field(default_factory=dict)
    leaf_options: dict[str, object] = field(default_factory=dict)
    crl_options: dict[str, object] = field(default_factory=dict)
    after: list[Callable[[Case], None]] = field(default_factory=list)


def _expired_leaf(case: Case) -> None:
    case.leaf_options |= {"not_before": MOMENT - 30 * DAY, "not_after": MOMENT - DAY}


def _future_leaf(case: Case) -> None:
    case.leaf_options |= {"not_before": MOMENT + DAY, "not_after": MOMENT + 90 * DAY}


def _expired_ca(case: Case) -> None:
    case.ca_options |= {"not_before": MOMENT - 30 * DAY, "not_after": MOMENT - DAY}


def _future_ca(case: Case) -> None:
    case.ca_options |= {"not_before": MOMENT + DAY, "not_after": MOMENT + 90 * DAY}


def _expired_root(case: Case) -> None:
    case.root_options |= {"not_before": MOMENT - 30 * DAY, "not_after": MOMENT - DAY}


def _missing_ca(case: Case) -> None:
    case.after.append(lambda done: done.untrusted.clear())


def _missing_root(case: Case) -> None:
    case.after.append(lambda done: done.anchors.clear())
    case.after.append(lambda done: done.anchors.append(make_ca("Other root")))


def _root_sent_along(case: Case) -> None:
    _missing_root(case)
    case.after.append(lambda done: done.untrusted.append(done.root))


def _wrong_order(case: Case) -> None:
    case.after.append(lambda done: done.untrusted.reverse())


def _wrong_key(case: Case) -> None:
    case.leaf_options |= {"signed_by": make_key()}


def _wrong_key_of_ca(case: Case) -> None:
    case.ca_options |= {"signed_by": make_key()}


def _same_name_other_key(case: Case) -> None:
    def twin(done: Case) -> None:
        done.untrusted = [make_ca(issuer.certificate.subject, done.root) for issuer in done.issuers]

    case.after.append(twin)
    if case.draw.random() < 0.5:
        case.leaf_options |= {"without": [x509.AuthorityKeyIdentifier]}


def _cross_signed(case: Case) -> None:
    def cross(done: Case) -> None:
        other = make_ca("Cross root")
        done.anchors = [other]
        done.untrusted.append(make_ca(done.root.certificate.subject, other, key=done.root.key))

    case.after.append(cross)


def _path_length(case: Case) -> None:
    case.root_options |= {"path_length": 0}


def _name_constraints(case: Case) -> None:
    names = [x509.DNSName(case.draw.choice(["example.com", "example.org"]))]
    constraints = (
        x509.NameConstraints(names, None)
        if case.draw.random() < 0.5
        else x509.NameConstraints(None, names)
    )
    case.ca_options |= {"name_constraints": constraints}


def _policy(case: Case) -> None:
    def policies(oid: x509.ObjectIdentifier) -> tuple[x509.ExtensionType, bool]:
        return x509.CertificatePolicies([x509.PolicyInformation(oid, None)]), False

    case.ca_options |= {"extensions": [policies(POLICY_A)]}
    case.leaf_options |= {"extensions": [policies(case.draw.choice([POLICY_A, POLICY_B]))]}
    case.policy |= {
        "require_explicit_policy": True,
        "policy_oids": case.draw.choice([(), (POLICY_A.dotted_string,)]),
    }


def _wrong_purpose(case: Case) -> None:
    case.policy |= {"usage": Usage.CLIENT}


def _purpose_of_ca(case: Case) -> None:
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    case.ca_options |= {"extensions": [(usages, False)]}
    case.policy |= {"usage": Usage.SERVER}


def _weak_key(case: Case) -> None:
    case.leaf_options |= {"key": WEAK_KEY}
    case.policy |= {"security_level": case.draw.choice([1, 2])}


def _ca_is_none(case: Case) -> None:
    basic = x509.BasicConstraints(ca=False, path_length=None)
    case.ca_options |= {"extensions": [(basic, True)]}


def _strict(case: Case) -> None:
    case.policy |= {"strict": True}
    if case.draw.random() < 0.5:
        case.ca_options |= {"without": [x509.SubjectKeyIdentifier]}


def _partial(case: Case) -> None:
    case.policy |= {"partial_chain": True}

    def anchor(done: Case) -> None:
        done.anchors = done.issuers[-1:] or [done.root]

    case.after.append(anchor)


def _unknown_critical(case: Case) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00")
    case.leaf_options |= {"extensions": [(unknown, True)]}


def _self_signed(case: Case) -> None:
    def alone(done: Case) -> None:
        done.leaf = make_leaf("www.example.com")
        if done.draw.random() < 0.5:
            done.anchors.append(done.leaf)

    case.after.append(alone)


def _revoked(case: Case) -> None:
    _with_crls(case)
    case.after.append(_replace_crls(lambda done, issuer: {"revoked": [done.leaf, *done.issuers]}))


def _stale(case: Case) -> None:
    _with_crls(case)
    case.crl_options |= {"this_update": MOMENT - 9 * DAY, "next_update": MOMENT - DAY}


def _future_crl(case: Case) -> None:
    _with_crls(case)
    case.crl_options |= {"this_update": MOMENT + DAY, "next_update": MOMENT + 9 * DAY}


def _missing_crl(case: Case) -> None:
    _with_crls(case)
    case.after.append(lambda done: done.crls.clear())


def _foreign_crl(case: Case) -> None:
    _with_crls(case)
    case.after.append(lambda done: done.crls.__setitem__(slice(None), [make_crl(make_ca("X"))]))


def _forged_crl(case: Case) -> None:
    _with_crls(case)
    case.crl_options |= {"signed_by": make_key()}


def _scoped_crl(case: Case) -> None:
    _with_crls(case)
    only_ca = case.draw.random() < 0.5
    case.crl_options |= {
        "scope": x509.IssuingDistributionPoint(None, None, not only_ca, only_ca, None, False, False)
    }


def _with_crls(case: Case) -> None:
    case.policy |= {"revocation": case.draw.choice([Revocation.LEAF, Revocation.CHAIN])}


def _replace_crls(
    options: Callable[[Case, Issued], dict[str, object]],
) -> Callable[[Case], None]:
    def replace(done: Case) -> None:
        done.crls = [
            make_crl(issuer, **options(done, issuer))  # type: ignore[arg-type]  # built by name
            for issuer in (done.root, *done.issuers)
        ]

    return replace


def _host(case: Case) -> None:
    case.host = case.draw.choice(["www.example.com", "other.example.com", "www.example.org"])
    if case.draw.random() < 0.3:
        case.leaf_options |= {"dns": ()}


def _address(case: Case) -> None:
    case.leaf_options |= {"addresses": ["192.0.2.1"]}
    case.address = case.draw.choice(["192.0.2.1", "192.0.2.2"])


FAULTS: tuple[Callable[[Case], None], ...] = (
    _expired_leaf,
    _future_leaf,
    _expired_ca,
    _future_ca,
    _expired_root,
    _missing_ca,
    _missing_root,
    _root_sent_along,
    _wrong_order,
    _wrong_key,
    _wrong_key_of_ca,
    _same_name_other_key,
    _cross_signed,
    _path_length,
    _name_constraints,
    _policy,
    _wrong_purpose,
    _purpose_of_ca,
    _weak_key,
    _ca_is_none,
    _strict,
    _partial,
    _unknown_critical,
    _self_signed,
    _with_crls,
    _revoked,
    _stale,
    _future_crl,
    _missing_crl,
    _foreign_crl,
    _forged_crl,
    _scoped_crl,
    _host,
    _address,
)


def generate(seed: int) -> Case:
    """A chain with none, one or two faults; every fault comes in turn."""
    draw = random.Random(seed)  # a repeatable choice, not a secret
    case = Case(draw)
    chosen = [FAULTS[seed % len(FAULTS)]]
    chosen += draw.sample(FAULTS, k=draw.choice([0, 0, 1, 2]))
    for fault in chosen:
        fault(case)
        case.faults.append(fault.__name__.strip("_"))
    _issue(case)
    for change in case.after:
        change(case)
    return case


def _issue(case: Case) -> None:
    case.root = make_ca("Root", **case.root_options)  # type: ignore[arg-type]  # built by name
    above = case.root
    for depth in range(case.draw.choice([0, 1, 1, 2])):
        options = case.ca_options if depth == 0 else {}
        above = make_ca(f"CA {depth}", above, **options)  # type: ignore[arg-type]  # built by name
        case.issuers.append(above)
    case.leaf = make_leaf("www.example.com", above, **case.leaf_options)  # type: ignore[arg-type]  # built by name
    case.anchors.append(case.root)
    case.untrusted.extend(case.issuers)
    case.crls = [
        make_crl(issuer, **case.crl_options)  # type: ignore[arg-type]  # built by name
        for issuer in (case.root, *case.issuers)
    ]


def policy_of(case: Case) -> Policy:
    return Policy(**case.policy)  # type: ignore[arg-type]  # built by name
