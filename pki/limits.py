"""What the console opens at most. Beyond each, a clear sentence names the limit.

Values, not policy objects: the callers pass another `Limits` where a trusted administrator brings
in more (the management commands do).
"""

from __future__ import annotations

from dataclasses import dataclass

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on one piece of untrusted input; sizes in bytes, times in seconds."""

    input_bytes: int = 32 * MEBIBYTE
    blocks: int = 20_000
    names_per_certificate: int = 2_000
    certificate_bytes: int = 512 * 1024
    crl_bytes: int = 64 * MEBIBYTE
    zip_members: int = 100
    zip_bytes: int = 64 * MEBIBYTE
    pbkdf2_rounds: int = 2_000_000
    bcrypt_rounds: int = 256
    scrypt_bytes: int = 128 * MEBIBYTE
    rsa_bits: int = 8192
    sandbox_cpu_seconds: int = 60
    sandbox_wall_seconds: float = 120.0
    sandbox_memory_bytes: int = 2048 * MEBIBYTE


DEFAULT = Limits()
