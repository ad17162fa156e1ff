"""Downloads, as the openssl command reads them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from certificates.models import Certificate, CertificateDer, Crl
from certificates.services.make_download import (
    Form,
    NothingToWrite,
    StoredWrong,
    make_bundle,
    make_crl_download,
    make_download,
)
from tests.certificates.conftest import NOW, made, made_crl

pytestmark = pytest.mark.django_db
Add = Callable[..., list[Certificate]]


def openssl(*arguments: str, content: bytes) -> str:
    done = subprocess.run(["openssl", *arguments], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def subjects(content: bytes) -> list[str]:
    """The subjects of a PEM file in its order, as openssl finds them."""
    wrapped = openssl("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", content=content)
    listed = openssl("pkcs7", "-print_certs", "-noout", content=wrapped.encode())
    return [line.split("CN = ")[-1] for line in listed.splitlines() if line.startswith("subject=")]


@pytest.fixture
def chain(add: Add) -> list[Certificate]:
    return add(
        made("leaf.test", "Issuing", names=("leaf.test",)),
        made("Issuing", "Root", ca=True),
        made("Root", ca=True),
    )


def test_openssl_reads_pem_and_der(chain: list[Certificate]) -> None:
    pem = make_download(chain[0], form=Form.PEM, moment=NOW)
    der = make_download(chain[0], form=Form.DER, moment=NOW)

    expected = ":".join(chain[0].sha256[at : at + 2] for at in range(0, 64, 2)).upper()
    fingerprint = ("x509", "-noout", "-fingerprint", "-sha256")
    assert expected in openssl(*fingerprint, content=pem.content)
    assert expected in openssl(*fingerprint, "-inform", "DER", content=der.content)
    assert (pem.file_name, der.file_name) == ("leaf.test.pem", "leaf.test.cer")


@pytest.mark.parametrize("with_names", [True, False])
def test_the_full_chain_has_the_leaf_first_and_verifies(
    chain: list[Certificate], with_names: bool, tmp_path: Path
) -> None:
    made_file = make_download(chain[0], form=Form.FULL_CHAIN, moment=NOW, with_names=with_names)

    assert subjects(made_file.content) == ["leaf.test", "Issuing", "Root"]
    root = tmp_path / "root.pem"
    root.write_bytes(make_download(chain[2], form=Form.PEM, moment=NOW).content)
    everything = tmp_path / "chain.pem"
    everything.write_bytes(made_file.content)
    said = openssl(
        "verify", "-CAfile", str(root), "-untrusted", str(everything), str(everything), content=b""
    )
    assert said.strip().endswith("OK")
    text = made_file.content.decode()
    assert text.count("subject=") == text.count("issuer=") == (3 if with_names else 0)


def test_the_chain_without_leaf_and_the_one_without_root(chain: list[Certificate]) -> None:
    without_leaf = make_download(chain[0], form=Form.CHAIN, moment=NOW)
    without_root = make_download(chain[0], form=Form.FULL_CHAIN, moment=NOW, with_root=False)

    assert subjects(without_leaf.content) == ["Issuing", "Root"]
    assert subjects(without_root.content) == ["leaf.test", "Issuing"]


def test_openssl_reads_pkcs7(chain: list[Certificate]) -> None:
    made_file = make_download(chain[0], form=Form.PKCS7, moment=NOW)

    said = openssl("pkcs7", "-print_certs", "-noout", content=made_file.content)

    assert said.count("subject=") == 3
    assert made_file.file_name == "leaf.test.p7b"


def test_an_incomplete_chain_gives_what_there_is(add: Add) -> None:
    (leaf,) = add(made("lonely", "Gone"))

    assert subjects(make_download(leaf, form=Form.FULL_CHAIN, moment=NOW).content) == ["lonely"]
    with pytest.raises(NothingToWrite):
        make_download(leaf, form=Form.CHAIN, moment=NOW)


def test_a_bundle_keeps_the_order(chain: list[Certificate]) -> None:
    made_file = make_bundle([chain[2], chain[0]])

    assert subjects(made_file.content) == ["Root", "leaf.test"]
    assert made_file.file_name == "2-certificates.pem"


def test_openssl_reads_a_crl(add_crl: Callable[[bytes], Crl]) -> None:
    crl = add_crl(made_crl("Root", (5,)))

    pem = make_crl_download(crl, armoured=True)
    der = make_crl_download(crl, armoured=False)

    assert "CN = Root" in openssl("crl", "-noout", "-issuer", content=pem.content)
    assert "CN = Root" in openssl("crl", "-inform", "DER", "-noout", "-issuer", content=der.content)
    assert der.file_name == "Root-7.crl"


def test_it_offers_nothing_that_is_not_what_was_imported(chain: list[Certificate]) -> None:
    stored = CertificateDer.objects.get(certificate=chain[1])
    CertificateDer.objects.filter(certificate=chain[0]).update(der=bytes(stored.der))

    leaf = Certificate.objects.get(pk=chain[0].pk)
    for form in Form:
        with pytest.raises(StoredWrong):
            make_download(leaf, form=form, moment=NOW)
    with pytest.raises(StoredWrong):
        make_bundle([leaf])


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"b\r\nX: y', "*.example.test", "é" * 200])
def test_file_names_are_safe(add: Add, name: str) -> None:
    (certificate,) = add(made(name))

    file_name = make_download(certificate, form=Form.PEM, moment=NOW).file_name

    assert file_name.isascii()
    assert len(file_name) < 120
    assert not set(file_name) & set('/\\"\r\n;')
    assert ".." not in file_name
