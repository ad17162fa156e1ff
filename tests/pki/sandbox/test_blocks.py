"""The child that opens untrusted bytes: it answers, it is bounded, and it can always be killed."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pki.errors import LimitExceeded, SandboxKilled
from pki.formats import wire
from pki.formats.blocks import Block
from pki.formats.bundle import read_blocks
from pki.formats.write import write_pem
from pki.limits import DEFAULT, Limits
from pki.sandbox import blocks
from pki.sandbox.blocks import Sandbox, stream_blocks
from pki.sandbox.child import LENGTHS

ROOT = Path(cryptography_vectors.__file__).parent
PKITS = ROOT / "x509/PKITS_data"
LEAF = (PKITS / "certs/ValidCertificatePathTest1EE.crt").read_bytes()
CRL = (PKITS / "crls/GoodCACRL.crl").read_bytes()


def children() -> set[int]:
    me = os.getpid()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == me and b"pki.sandbox.child" in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
    return found


@pytest.fixture(autouse=True)
def no_child_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def test_the_child_gives_exactly_what_reading_here_gives() -> None:
    data = b"".join(
        path.read_bytes()
        for folder in ("x509", "pkcs7")
        for path in sorted((ROOT / folder).glob("*.pem"))
    )
    data += write_pem([CRL], label="X509 CRL") + write_pem(
        [path.read_bytes() for path in sorted((PKITS / "certs").glob("*.crt"))]
    )
    batches = list(stream_blocks(data, name="all.pem", batch=7))
    assert {len(batch) for batch in batches[:-1]} == {7}
    assert [block for batch in batches for block in batch] == list(read_blocks(data))


def test_what_the_caller_has_is_not_parsed_again() -> None:
    other = (PKITS / "certs/GoodCACert.crt").read_bytes()
    data = write_pem([LEAF, other, LEAF]) + write_pem([CRL], label="X509 CRL")
    asked: list[list[str]] = []

    def known(digests: Sequence[str]) -> set[str]:
        asked.append(list(digests))
        return {leaf_digest, "f" * 64}

    leaf_digest = hashlib.sha256(LEAF).hexdigest()
    (batch,) = stream_blocks(data, known=known)

    assert asked == [[leaf_digest, hashlib.sha256(other).hexdigest(), leaf_digest]]
    assert [block.known for block in batch] == [leaf_digest, "", leaf_digest, ""]
    assert [block.certificate is not None for block in batch] == [False, True, False, False]
    assert batch[3].crl is not None
    assert [block.line for block in batch] == [block.line for block in read_blocks(data)]


def test_several_uploads_share_a_child() -> None:
    with Sandbox() as sandbox:
        for number in range(3):
            (batch,) = sandbox.stream_blocks(
                write_pem([LEAF]) * (number + 1), known=lambda digests: digests[1:]
            )
            assert len(batch) == number + 1
            assert len(children()) == 1
        with pytest.raises(LimitExceeded):
            next(sandbox.stream_blocks(b"x" * (DEFAULT.input_bytes + 1)))
        stream = sandbox.stream_blocks(write_pem([LEAF]) * 3000, batch=10)
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # a generator
        (batch,) = sandbox.stream_blocks(write_pem([LEAF]))
        assert len(batch) == 1, "one that was left in the middle does not disturb the next"


DIGESTS = "write_frame(out, b'{\"digests\":true}', bytes(32)); "
KNOWN = 'write_frame(out, b\'[[1,1,"pem","certificate","x","known",["%s"]]]\', b\'\')'


@pytest.mark.parametrize(
    "code",
    [
        KNOWN % ("0" * 64),
        DIGESTS + KNOWN % ("1" * 64),
        DIGESTS + DIGESTS,
        "write_frame(out, b'{\"digests\":true}', bytes(31))",
        KNOWN % "",
    ],
)
def test_a_child_cannot_say_what_the_caller_has(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    in_the_childs_place(monkeypatch, code)
    with pytest.raises(SandboxKilled) as caught:
        list(stream_blocks(b"x", known=lambda _: ()))
    assert caught.value.data == {"why": "crash"}


def test_a_limit_met_in_the_child_is_the_same_error() -> None:
    data = write_pem([LEAF]) * 4
    with pytest.raises(LimitExceeded) as caught:
        next(stream_blocks(data, limits=Limits(blocks=3)))
    assert caught.value.data == {"limit": "blocks", "value": 4, "maximum": 3}
    with pytest.raises(LimitExceeded):
        next(stream_blocks(data, limits=Limits(input_bytes=3)))


def test_closing_the_iterator_kills_the_child_at_once() -> None:
    stream = stream_blocks(write_pem([LEAF]) * 3000, batch=10)
    assert len(next(stream)) == 10
    assert isinstance(stream, Iterator)
    started = time.monotonic()
    stream.close()  # type: ignore[attr-defined]  # it is a generator, and its callers may close it
    assert time.monotonic() - started < 2


HANG = "import time; time.sleep(60)"
SPIN = "while True: pass"
EAT = (
    "import os, sys; from pki.sandbox.child import *\ntry: x = [bytes(10**8) for _ in range(40)]\n"
)
EAT += "except MemoryError: os._exit(OUT_OF_MEMORY)"


def in_the_childs_place(
    monkeypatch: pytest.MonkeyPatch, code: str, *, bounded: bool = True
) -> None:
    """The same child, which bounds itself in the same way and then does what `code` says."""
    child = (
        "import errno, json, os, resource, socket, sys\n"
        "from pki.sandbox.child import HEADER, bound, write_frame\n"
        "source, out = sys.stdin.buffer, sys.stdout.buffer\n"
        "request = json.loads(source.read(HEADER.unpack(source.read(HEADER.size))[0]))\n"
        "limits = request['limits']\n"
    )
    if bounded:
        child += (
            "bound(memory=limits['sandbox_memory_bytes'],"
            " cpu_seconds=limits['sandbox_cpu_seconds'], parent=request['parent'])\n"
        )
    original = subprocess.Popen

    def popen(arguments: list[str], **options: object) -> subprocess.Popen[bytes]:
        assert arguments[-2:] == ["-m", "pki.sandbox.child"]
        return original([*arguments[:-2], "-c", child + code], **options)  # type: ignore[call-overload,no-any-return]  # options are passed through

    monkeypatch.setattr(subprocess, "Popen", popen)


@pytest.mark.parametrize(
    ("code", "limits", "why"),
    [
        (HANG, Limits(sandbox_wall_seconds=0.7), "time"),
        (SPIN, Limits(sandbox_cpu_seconds=1), "time"),
        (EAT, Limits(sandbox_memory_bytes=512 * 1024 * 1024), "memory"),
        ("os.kill(os.getpid(), 9)", DEFAULT, "memory"),
        ("os.kill(os.getpid(), 11)", DEFAULT, "crash"),
        ("sys.exit(3)", DEFAULT, "crash"),
        ("write_frame(out, b'[[1]]', b'')", DEFAULT, "crash"),
        ("write_frame(out, b'{}', b'')", DEFAULT, "crash"),
        ("write_frame(out, b'[]', b'left over')", DEFAULT, "crash"),
        ("out.write(b'\\xff' * 8); out.flush()", DEFAULT, "crash"),
        ("write_frame(out, b'', b''); sys.exit(5)", DEFAULT, "crash"),
    ],
)
def test_a_child_that_misbehaves_is_killed_and_says_why(
    monkeypatch: pytest.MonkeyPatch, code: str, limits: Limits, why: str
) -> None:
    in_the_childs_place(monkeypatch, code)
    started = time.monotonic()
    with pytest.raises(SandboxKilled) as caught:
        list(stream_blocks(b"x" * 3_000_000, limits=limits))
    assert caught.value.data == {"why": why}
    assert time.monotonic() - started < 6


FRAMES = "for _ in range({}): write_frame(out, b'[]' + b' ' * 1_000_000, b'')\nwrite_frame(out, b'', b'')"


def _first_of(sandbox: Sandbox) -> tuple[Iterator[list[Block]], subprocess.Popen[bytes]]:
    stream = sandbox.stream_blocks(b"x")
    assert next(stream) == []
    assert sandbox._child is not None
    return stream, sandbox._child._process


def test_the_child_goes_on_while_the_caller_works(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_childs_place(monkeypatch, FRAMES.format(8))
    with Sandbox() as sandbox:
        stream, process = _first_of(sandbox)
        assert process.wait(timeout=5) == 0
        assert list(stream) == [[]] * 7


def test_no_more_is_held_for_the_caller_than_a_few_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_childs_place(monkeypatch, FRAMES.format(40))
    with Sandbox() as sandbox:
        stream, process = _first_of(sandbox)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        assert list(stream) == [[]] * 39


def test_a_pipe_that_was_handed_on_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_childs_place(monkeypatch, "import time\nif not os.fork(): time.sleep(4)\nos._exit(0)")
    started = time.monotonic()
    with pytest.raises(SandboxKilled) as caught:
        list(stream_blocks(b"x", limits=Limits(sandbox_wall_seconds=0.7)))
    assert caught.value.data == {"why": "time"}
    assert time.monotonic() - started < 3.5


def test_the_child_has_no_environment_and_can_open_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/name")
    report = (
        "def refused(what, *arguments):\n"
        "    try: what(*arguments)\n"
        "    except OSError as error: return error.errno == errno.EMFILE\n"
        "    return False\n"
        "files = [open, os.__file__], [open, '/dev/null', 'w'], [socket.socket]\n"
        "seen = [sorted(os.environ), all(refused(*file) for file in files),"
        " resource.getrlimit(resource.RLIMIT_CORE)[1]]\n"
        "write_frame(out, json.dumps({'limit': {'limit': 'blocks', 'value': 1, 'maximum': 1,"
        " 'seen': seen}}).encode(), b'')\n"
    )
    in_the_childs_place(monkeypatch, report)
    seen: list[object] = []
    original = blocks._limit

    def spy(rows: bytes) -> LimitExceeded | SandboxKilled:
        seen.extend(json.loads(rows)["limit"]["seen"])
        return original(rows)

    monkeypatch.setattr(blocks, "_limit", spy)
    with (tmp_path / "open").open("w"), pytest.raises(LimitExceeded):
        list(stream_blocks(b"x"))
    environment, nothing_opens, core = seen
    assert set(environment) <= {"LC_ALL", "PYTHONPATH", "LC_CTYPE"}  # type: ignore[call-overload]
    assert nothing_opens is True
    assert core == 0


def test_it_works_in_a_daemonic_worker_and_in_a_thread() -> None:
    data = write_pem([LEAF])
    counts: list[int] = []
    thread = threading.Thread(target=lambda: counts.append(len(next(stream_blocks(data)))))
    thread.start()
    thread.join()
    assert counts == [1]
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    worker = context.Process(target=_in_worker, args=(data, results), daemon=True)
    worker.start()
    worker.join(30)
    assert results.get() == 1
    results.close()
    worker.close()


def _in_worker(data: bytes, results: multiprocessing.SimpleQueue[int]) -> None:
    results.put(sum(len(batch) for batch in stream_blocks(data)))


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_the_child_dies_with_its_parent() -> None:
    program = (
        "import os, sys, time\nfrom pki.sandbox.blocks import stream_blocks\n"
        "stream = stream_blocks(sys.stdin.buffer.read(), batch=1)\nnext(stream)\n"
        "print(stream.gi_frame.f_locals['sandbox']._child._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(write_pem([LEAF]) * 5000)
        parent.stdin.close()
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    deadline = time.monotonic() + 5
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _rows() -> list[list[object]]:
    data = write_pem([LEAF]) + write_pem([CRL], label="X509 CRL") + b"-----BEGIN CERTIFICATE-----\n"
    rows, _ = wire.encode_blocks(list(read_blocks(data)))
    decoded = json.loads(rows)
    assert isinstance(decoded, list)
    return decoded


@pytest.mark.parametrize("wrong", [None, 1.5, "x", [], {}, [[1]], -1, True, 10**40, [None]])
def test_a_wrong_value_in_any_column_is_noticed(wrong: object) -> None:
    rows = _rows()
    ders = LEAF + CRL
    assert len(wire.decode_blocks(json.dumps(rows).encode(), ders)) == 3
    for number, row in enumerate(rows):
        inside = row[6]
        assert isinstance(inside, list)
        for column, right in enumerate(inside):
            if type(right) is type(wrong) and type(wrong) in (int, str, dict, bool):
                continue  # another value of the right type is a value
            changed = _rows()
            target = changed[number][6]
            assert isinstance(target, list)
            target[column] = wrong
            if isinstance(wrong, list) and isinstance(right, list) and wrong == []:
                continue
            with pytest.raises(wire.BadWire):
                wire.decode_blocks(json.dumps(changed).encode(), ders)


def test_the_digests_are_made_of_the_bytes_that_came() -> None:
    rows = json.dumps(_rows()).encode()
    flipped = bytes([LEAF[0] ^ 1]) + LEAF[1:]
    (honest, *_), (other, *_) = (wire.decode_blocks(rows, ders + CRL) for ders in (LEAF, flipped))
    assert honest.certificate is not None
    assert other.certificate is not None
    assert honest.certificate.sha256 != other.certificate.sha256


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_any_bytes_from_a_child_are_blocks_or_bad_wire(rows: bytes, ders: bytes) -> None:
    with contextlib.suppress(wire.BadWire):
        assert wire.decode_blocks(rows, ders) == []


def test_the_limits_reach_the_child_whole() -> None:
    header = blocks._request("n", DEFAULT, 5, asks=False, size=1)
    sent = json.loads(header[4:])
    assert sent["limits"] == dataclasses.asdict(DEFAULT)
    assert LENGTHS.size == 8
