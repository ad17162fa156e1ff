"""Work factors of threat 11: answered within six seconds, naming the limit; nothing secret leaks."""

from __future__ import annotations

import base64
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pki import der, ssh_wire
from pki.errors import LimitExceeded, SandboxKilled
from pki.formats.key_wire import BadKeyWire, decode_answer
from pki.formats.private_keys import read_private_keys
from pki.formats.public_keys import read_public_keys
from pki.sandbox.keys import KEY_LIMITS, open_private_keys, open_public_keys
from tests.pki.real_tools import PASSPHRASE, Workshop, needs_puttygen, run

SECONDS = 6.0


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("keys"))


@contextmanager
def answered_in_time() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < SECONDS


def sequence(*parts: bytes) -> bytes:
    return der.encode(der.SEQUENCE, b"".join(parts))


def integer(value: int) -> bytes:
    return der.encode(der.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    return der.encode(der.OCTET_STRING, content)


def algorithm(oid: str, *parameters: bytes) -> bytes:
    return sequence(der.encode(der.OID, der.encode_object_identifier(oid)), *parameters)


def pkcs8_with(derivation: bytes, hidden: int = 64) -> bytes:
    cipher = algorithm("2.16.840.1.101.3.4.1.42", octets(bytes(16)))
    scheme = algorithm("1.2.840.113549.1.5.13", sequence(derivation, cipher))
    return sequence(scheme, octets(bytes(hidden)))


def pkcs8_bomb(rounds: int) -> bytes:
    salt_and_rounds = sequence(octets(bytes(8)), integer(rounds))
    return pkcs8_with(algorithm("1.2.840.113549.1.5.12", salt_and_rounds))


def scrypt_bomb(cost: int, block: int, lanes: int) -> bytes:
    parameters = sequence(octets(bytes(8)), integer(cost), integer(block), integer(lanes))
    return pkcs8_with(algorithm("1.3.6.1.4.1.11591.4.11", parameters))


def pbes1_bomb(rounds: int) -> bytes:
    scheme = algorithm("1.2.840.113549.1.12.1.3", sequence(octets(bytes(8)), integer(rounds)))
    return sequence(scheme, octets(bytes(64)))


def pkcs12_bomb(workshop: Workshop, rounds: int) -> bytes:
    """A real PKCS#12 whose MAC asks for other rounds."""
    key = workshop.openssl_key("P-256")
    data = run("openssl", "pkcs12", "-export", "-nocerts", "-inkey", key, "-passout", "pass:x")
    at, end = der.whole(data, der.SEQUENCE)
    parts = [data[start:stop] for start, stop in elements(data, at, end)]
    mac_at, mac_end = der.whole(parts[2], der.SEQUENCE)
    mac = [parts[2][start:stop] for start, stop in elements(parts[2], mac_at, mac_end)]
    return sequence(*parts[:2], sequence(*mac[:2], integer(rounds)))


def elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    while at < end:
        stop = der.read(data, at, end)[2]
        yield at, stop
        at = stop


def openssh_bomb(rounds: int) -> bytes:
    point = ssh_wire.string(b"ssh-ed25519") + ssh_wire.string(bytes(32))
    body = (
        b"openssh-key-v1\0"
        + ssh_wire.string(b"aes256-ctr")
        + ssh_wire.string(b"bcrypt")
        + ssh_wire.string(ssh_wire.string(bytes(16)) + rounds.to_bytes(4, "big"))
        + (1).to_bytes(4, "big")
        + ssh_wire.string(point)
        + ssh_wire.string(bytes(160))
    )
    return pem("OPENSSH PRIVATE KEY", body)


def pem(label: str, body: bytes) -> bytes:
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (
        label.encode(),
        base64.encodebytes(body),
        label.encode(),
    )


def putty_bomb(memory: int, passes: int, lanes: int) -> bytes:
    point = ssh_wire.string(b"ssh-ed25519") + ssh_wire.string(bytes(32))
    return (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: c\nPublic-Lines: 1\n"
        f"{base64.b64encode(point).decode()}\nKey-Derivation: Argon2id\nArgon2-Memory: {memory}\n"
        f"Argon2-Passes: {passes}\nArgon2-Parallelism: {lanes}\nArgon2-Salt: {'00' * 16}\n"
        f"Private-Lines: 1\n{base64.b64encode(bytes(48)).decode()}\nPrivate-MAC: {'00' * 32}\n"
    ).encode()


def rsa_private(bits: int) -> bytes:
    """An RSAPrivateKey of this size whose numbers are odd and nothing else."""
    half = integer((1 << (bits // 2)) - 1)
    modulus = integer((1 << bits) - 1)
    return sequence(integer(0), modulus, integer(65537), modulus, *[half] * 5)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "PKCS#8 of 2**31 rounds": (lambda: pkcs8_bomb(2**31), "pbkdf2_rounds"),
    "PKCS#8 of 2**200 rounds": (lambda: pkcs8_bomb(2**200), "pbkdf2_rounds"),
    "PKCS#8 just above": (lambda: pkcs8_bomb(2_000_001), "pbkdf2_rounds"),
    "PBES1": (lambda: pbes1_bomb(2**31 - 1), "pbkdf2_rounds"),
    "scrypt's memory": (lambda: scrypt_bomb(2**20, 8, 1), "scrypt_bytes"),
    "scrypt's lanes": (lambda: scrypt_bomb(2**14, 8, 2**20), "scrypt_bytes_passes"),
    "OpenSSH of 1000 rounds": (lambda: openssh_bomb(1000), "bcrypt_rounds"),
    "PuTTY's memory": (lambda: putty_bomb(4 * 1024 * 1024, 1, 1), "argon2_bytes"),
    "PuTTY's passes": (lambda: putty_bomb(65536, 2**30, 1), "argon2_bytes_passes"),
    "PuTTY's lanes": (lambda: putty_bomb(8192, 1, 2**20), "argon2_lanes"),
    "RSA of 21,000 bits": (lambda: rsa_private(21_000), "rsa_bits"),
    "RSA of 21,000 bits in PEM": (
        lambda: pem("RSA PRIVATE KEY", rsa_private(21_000)),
        "rsa_bits",
    ),
    "RSA of 21,000 bits in PKCS#8": (
        lambda: sequence(
            integer(0),
            algorithm("1.2.840.113549.1.1.1", b"\x05\x00"),
            octets(rsa_private(21_000)),
        ),
        "rsa_bits",
    ),
    "a hidden key of 12 KB": (
        lambda: pkcs8_with(
            algorithm("1.2.840.113549.1.5.12", sequence(octets(bytes(8)), integer(1))), 12_000
        ),
        "rsa_bits",
    ),
    "200,000 elements": (lambda: sequence(integer(0) * 200_000), "der_elements"),
    "a file of 11 MiB": (lambda: bytes(11 * 1024 * 1024), "input_bytes"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_at_once_and_names_its_limit(name: str) -> None:
    make, limit = BOMBS[name]
    with answered_in_time(), pytest.raises(LimitExceeded) as met:
        open_private_keys(make(), b"a passphrase")
    assert met.value.data["limit"] == limit
    assert int(met.value.data["value"]) > int(met.value.data["maximum"])


@pytest.mark.parametrize("rounds", [2**31 - 1, 2**31, 2_000_001])
def test_a_pkcs12_bomb_is_answered_at_once(workshop: Workshop, rounds: int) -> None:
    with answered_in_time(), pytest.raises(LimitExceeded) as met:
        open_private_keys(pkcs12_bomb(workshop, rounds), b"x")
    assert met.value.data == {"limit": "pbkdf2_rounds", "value": rounds, "maximum": 2_000_000}


def test_a_pkcs12_in_indefinite_lengths_does_not_hide_its_rounds(workshop: Workshop) -> None:
    data = pkcs12_bomb(workshop, 2**31 - 1)
    at, end = der.whole(data, der.SEQUENCE)
    with answered_in_time(), pytest.raises(LimitExceeded) as met:
        open_private_keys(b"\x30\x80" + data[at:end] + b"\0\0", b"x")
    assert met.value.data["limit"] == "pbkdf2_rounds"


def test_a_public_key_of_21000_bits_is_refused() -> None:
    blob = ssh_wire.string(b"ssh-rsa") + ssh_wire.mpint(65537) + ssh_wire.mpint((1 << 21_000) - 1)
    line = b"ssh-rsa " + base64.b64encode(blob)
    for read in (open_public_keys, open_private_keys):
        with answered_in_time(), pytest.raises(LimitExceeded) as met:
            read(line)
        assert met.value.data["limit"] == "rsa_bits"


def test_work_at_the_limits_is_answered_in_time() -> None:
    for make in (pkcs8_bomb(2_000_000), scrypt_bomb(2**17, 8, 1), putty_bomb(65536, 8, 4)):
        with answered_in_time():
            contents = open_private_keys(make, b"wrong")
        assert [found.code for found in contents.findings] == ["keyfile.wrong_passphrase"]


def test_many_dear_keys_in_one_file_are_killed_in_time() -> None:
    bombs = pem("ENCRYPTED PRIVATE KEY", pkcs8_bomb(2_000_000)) * 40
    assert KEY_LIMITS.sandbox_cpu_seconds < KEY_LIMITS.sandbox_wall_seconds < SECONDS
    with answered_in_time(), pytest.raises(SandboxKilled) as killed:
        open_private_keys(bombs, b"a passphrase", limits=replace(KEY_LIMITS, sandbox_cpu_seconds=1))
    assert killed.value.data == {"why": "time"}


def test_a_child_that_outlives_its_time_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = ["-c", "import time; time.sleep(60)"]
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        process = real([command[0], *sleeper], **options)  # type: ignore[call-overload]  # as asked
        started.append(process)
        return process  # type: ignore[no-any-return]  # the overloads say too little

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(SandboxKilled) as killed:
        open_private_keys(b"x", limits=replace(KEY_LIMITS, sandbox_wall_seconds=0.3))
    assert killed.value.data == {"why": "time"}
    assert started[0].returncode is not None


def test_too_much_memory_is_said(workshop: Workshop) -> None:
    data = scrypt_bomb(2**17, 8, 1)
    tight = replace(KEY_LIMITS, sandbox_memory_bytes=120 * 1024 * 1024)
    with pytest.raises(SandboxKilled) as killed:
        open_private_keys(data, b"x", limits=tight)
    assert killed.value.data["why"] in ("memory", "crash")


@pytest.mark.parametrize("algorithm_name", ["RSA-2048", "Ed25519"])
def test_the_child_finds_what_is_found_without_it(workshop: Workshop, algorithm_name: str) -> None:
    data = workshop.ssh_key(algorithm_name, PASSPHRASE).read_bytes()
    secret = PASSPHRASE.encode()
    assert open_private_keys(data, secret) == read_private_keys(data, secret)
    public = Path(f"{workshop.ssh_key(algorithm_name)}.pub").read_bytes()
    assert open_public_keys(public) == read_public_keys(public)


@needs_puttygen
def test_the_child_derives_argon2(workshop: Workshop) -> None:
    data = workshop.putty_key("P-256", passphrase=PASSPHRASE).read_bytes()
    assert len(open_private_keys(data, PASSPHRASE.encode()).private_keys) == 1


def test_secrets_travel_over_the_pipe_only(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        calls.append(repr((command, options)))
        return real(command, **options)  # type: ignore[call-overload,no-any-return]  # passed on

    data = workshop.ssh_key("Ed25519", PASSPHRASE).read_bytes()
    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setenv("A_SECRET_OF_THE_CONSOLE", "canary")
    open_private_keys(data, PASSPHRASE.encode())
    assert len(calls) == 1
    assert PASSPHRASE not in calls[0]
    assert "canary" not in calls[0]
    assert "BEGIN" not in calls[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b'{"limit": {"limit": "<b>", "value": 1, "maximum": 1}}',
        b'{"limit": {"limit": "rsa_bits", "value": "1", "maximum": 1}}',
        b'{"limit": []}',
        b'{"private_keys": [{"pkcs8": "not base64 secret"}], "public_keys": [],'
        b' "certificates": [], "findings": []}',
    ],
)
def test_a_child_gone_bad_is_not_believed(answer: bytes) -> None:
    with pytest.raises(BadKeyWire) as refused:
        decode_answer(answer)
    assert refused.value.__context__ is None
    assert "secret" not in str(refused.value)


def test_no_child_and_no_descriptor_is_left(workshop: Workshop) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for data in (b"nothing", openssh_bomb(1000)):
        try:
            open_private_keys(data)
        except LimitExceeded:
            continue
    assert len(list(Path("/proc/self/fd").iterdir())) == before
