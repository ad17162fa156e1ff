"""Requests made by the services, and a CA that answers them with the `openssl` command."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from certificates.models import CertificateRequest, PrivateKey
from certificates.orders import RequestOrder, warnings_digest
from certificates.services.check_order import check_order
from certificates.services.create_request import create_request
from pki.csr.spec import Profile, RequestSpec, Subject
from pki.extensions.general_names import AltName
from pki.key_generation import KeySpec
from tests.pki.real_tools import run

P256 = KeySpec(algorithm="P-256")


def spec_of(common_name: str = "www.example.com", **options: Any) -> RequestSpec:
    subject = options.pop("subject", None) or Subject(common_name=common_name)
    return RequestSpec(subject=subject, **options)


def order_of(common_name: str = "www.example.com", **options: Any) -> RequestOrder:
    spec = options.pop("spec", None) or spec_of(common_name)
    key = {} if "key_id" in options else {"new_key": P256}
    return RequestOrder(spec=spec, **(key | options))


def pem_of(row: CertificateRequest) -> bytes:
    from pki.formats.write import write_pem

    return write_pem([bytes(row.encoded.der)], label="CERTIFICATE REQUEST")


@pytest.fixture
def actor(person: Callable[..., User]) -> User:
    return person("operator")


@pytest.fixture
def make(actor: User) -> Callable[..., CertificateRequest]:
    """Make a request, its warnings accepted: `make("www.example.com", days=30)`."""

    def make_one(common_name: str = "www.example.com", **options: Any) -> CertificateRequest:
        order = order_of(common_name, **options)
        accepted = warnings_digest(check_order(order, moment=timezone.now()))
        return create_request(actor=actor, order=order, token=uuid.uuid4(), accepted=accepted)

    return make_one


@pytest.fixture
def key_of_request(make: Callable[..., CertificateRequest]) -> PrivateKey:
    key = make().key
    assert key is not None
    return key


class Ca:
    """A certification authority as people run it: files in a folder and `openssl x509`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = self._made("root")
        self.issuing = self._issuing()

    def _made(self, name: str) -> Path:
        path = self.folder / f"{name}.pem"
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", self.folder / f"{name}.key", "-out", path, "-days", "900"),
            *("-subj", f"/O=Test/CN=Test {name}", "-addext", "keyUsage=critical,keyCertSign"),
        )
        return path

    def _issuing(self) -> Path:
        key, request = self.folder / "issuing.key", self.folder / "issuing.csr"
        run(
            *("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", request, "-subj", "/O=Test/CN=Test issuing"),
        )
        extensions = self.folder / "issuing.ext"
        extensions.write_text("basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n")
        path = self.folder / "issuing.pem"
        run(
            *("openssl", "x509", "-req", "-in", request, "-CA", self.root, "-CAkey"),
            *(self.folder / "root.key", "-days", "800", "-extfile", extensions, "-out", path),
        )
        return path

    def sign(self, request: bytes, *, copy: str = "copyall", extensions: str = "") -> bytes:
        """The certificate for a request, in PEM; `extensions` instead of what it asks for."""
        given = self.folder / "given.csr"
        given.write_bytes(request)
        how: list[str | Path] = ["-copy_extensions", copy]
        if extensions:
            own = self.folder / "own.ext"
            own.write_text(extensions)
            how = ["-extfile", own]
        return run(
            *("openssl", "x509", "-req", "-in", given, "-CA", self.issuing, "-CAkey"),
            *(self.folder / "issuing.key", "-days", "300", *how),
        )

    @property
    def chain(self) -> bytes:
        return self.issuing.read_bytes() + self.root.read_bytes()


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


__all__ = ["P256", "AltName", "Profile", "Subject", "order_of", "pem_of", "spec_of"]
