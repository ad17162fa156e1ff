from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

from jobs.lease import Lease
from pki.key_generation import KeySpec, generate

# How often it is seen whether the job was cancelled; the lease lasts a minute.
_LOOKS_EVERY = 1.0


def generate_under_lease(*, lease: Lease, spec: KeySpec) -> bytes:
    """A new private key, made in a thread: OpenSSL lets others work, and the lease is kept.

    A job that was cancelled meanwhile ends when the key is there, and the key is forgotten.
    """
    with ThreadPoolExecutor(max_workers=1) as threads:
        running: Future[bytes] = threads.submit(generate, spec)
        while True:
            try:
                return running.result(timeout=_LOOKS_EVERY)
            except NotYet:
                lease.renew()
