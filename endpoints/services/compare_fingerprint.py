from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from certificates.models import PrivateKey, PublicKey
from endpoints.models import Account, AccountKey, Service, ServiceHostKey
from endpoints.shown_ssh import Key, host_keys_of, ssh_keys_of
from pki.findings import Finding
from pki.formats.key_file import KeyFileContents, PublicKeyFound
from pki.key_faces import key_faces
from pki.sandbox.keys import open_public_keys
from pki.ssh_fingerprints import fingerprints_in

MOST_KEYS = 50
# A line that cannot hold a key needs no child to read it.
_KEY_MARKS = ("AAAA", "-----BEGIN", "---- BEGIN")


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Something pasted, and the stored keys that it equals with those who use them.

    `digest` is the kind of fingerprint, empty where a whole key was pasted. `expected` says that one
    of the keys is of the service or account that was asked about.
    """

    shown: str
    digest: str
    keys: tuple[Key, ...]
    services: tuple[Service, ...]
    accounts: tuple[Account, ...]
    expected: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What came of a comparison; `compared` are the keys of the one asked about.

    `stored` counts all that it was compared with; `refusal` says why nothing could be compared,
    where there is more to say than that nothing was recognised.
    """

    matches: tuple[Match, ...]
    compared: tuple[Key, ...]
    stored: int
    refusal: Finding | None = None


def compare_fingerprint(*, text: str, owner: Service | Account | None = None) -> Comparison:
    """Compare what somebody pasted with every stored key.

    A fingerprint in any notation, a prompt, a line of `known_hosts` or `authorized_keys`, or a
    public key. Keys are read in the sandbox: raises `LimitExceeded` and `SandboxKilled`.
    """
    own = _keys_of(owner) if owner is not None else []
    own_spki = {key.spki_sha256 for key in own}
    contents = _whole_keys(text)
    found = contents.public_keys if contents is not None else ()
    refusal = contents.refusal if contents is not None and not found else None
    matches = [_key_match(one, own_spki) for one in found[:MOST_KEYS]]
    # The base64 of a private key may look like a digest.
    if not matches and (refusal is None or refusal.code != "keyfile.private_where_public"):
        matches = [
            _match(one.shown, one.digest, _by_digest(one.digest, one.hex), own_spki)
            for one in fingerprints_in(text)
        ]
    stored = PrivateKey.objects.count() + PublicKey.objects.count()
    return Comparison(
        matches=tuple(matches),
        compared=tuple(own),
        stored=stored,
        refusal=None if matches else refusal,
    )


def _keys_of(owner: Service | Account) -> list[Key]:
    return host_keys_of(owner) if isinstance(owner, Service) else ssh_keys_of(owner)


def _whole_keys(text: str) -> KeyFileContents | None:
    if not any(mark in text for mark in _KEY_MARKS):
        return None
    return open_public_keys(text.encode("utf-8", "replace"))


def _key_match(found: PublicKeyFound, own: set[str]) -> Match:
    faces = key_faces(found.spki)
    shown = faces.ssh.sha256 if faces.ssh else faces.pin_hex
    return _match(
        f"{found.facts.algorithm} {shown}", "", _stored(Q(spki_sha256=faces.pin_hex)), own
    )


def _by_digest(digest: str, digits: str) -> list[Key]:
    """Keys whose SSH fingerprint it is, or the digest that OpenSSL makes of the public key."""
    return _stored(Q(**{f"ssh_{digest}": digits}) | Q(**{f"spki_{digest}": digits}))


def _stored(wanted: Q) -> list[Key]:
    private: list[Key] = list(PrivateKey.objects.filter(wanted).defer("spki"))
    return [*private, *PublicKey.objects.filter(wanted).defer("spki")]


def _match(shown: str, digest: str, keys: Sequence[Key], own: set[str]) -> Match:
    private = [key.pk for key in keys if isinstance(key, PrivateKey)]
    public = [key.pk for key in keys if isinstance(key, PublicKey)]
    used = Q(private_key__in=private) | Q(public_key__in=public)
    hosts = ServiceHostKey.objects.filter(used).values("service")
    holders = AccountKey.objects.filter(used).values("account")
    return Match(
        shown=shown,
        digest=digest,
        keys=tuple(keys),
        services=tuple(Service.objects.filter(pk__in=hosts).defer("judgement")[:MOST_KEYS]),
        accounts=tuple(Account.objects.filter(pk__in=holders).defer("judgement")[:MOST_KEYS]),
        expected=any(key.spki_sha256 in own for key in keys),
    )
