"""Where the key-encryption key comes from: a file (the default), a variable or a command.

All three give the same thing: 32 random bytes in base64. The key is read once in a process.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import os
import secrets
import shlex
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from pki.errors import KekUnusable
from pki.sealing import Kek

KEY_BYTES = 32
COMMAND_TIME = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class KekSource:
    """The three places; a command goes before a variable, a variable before the file.

    The variable's value is a secret and is left out of `repr`. `may_make` says that the file lies
    in the default place, where the first start makes one.
    """

    file: Path
    variable: str = field(default="", repr=False)
    command: str = ""
    may_make: bool = False

    @property
    def is_file(self) -> bool:
        """Whether the file is what counts."""
        return not (self.command or self.variable)


@functools.cache
def load_kek(source: KekSource) -> Kek:
    """The key-encryption key that `source` names; raises `KekUnusable` with the reason."""
    if source.command:
        return _decoded(_output_of(source.command), where="command")
    if source.variable:
        return _decoded(source.variable.encode(), where="variable")
    return _decoded(_content_of(source.file), where=str(source.file))


def make_kek_file(source: KekSource) -> None:
    """Make the key-encryption key of a new installation; an existing file is left as it is.

    The file appears whole or not at all: two processes that start at once agree on one key.
    """
    fresh = source.file.with_name(f"{source.file.name}.{secrets.token_hex(8)}")
    try:
        source.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(fresh, source.file)
        except FileExistsError:
            return
        finally:
            fresh.unlink()
    except OSError as error:
        raise KekUnusable(why=f"not writable: {error.strerror}", where=str(source.file)) from error


def _content_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KekUnusable(
                    why=f"others may read it (mode {mode:04o}, wanted 0400)", where=str(path)
                )
            return file.read(4096)
    except FileNotFoundError:
        raise KekUnusable(why="the file is missing", where=str(path)) from None
    except OSError as error:
        raise KekUnusable(why=f"not readable: {error.strerror}", where=str(path)) from None


def _output_of(command: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  (the administrator's own command, without a shell)
            shlex.split(command), stdout=subprocess.PIPE, timeout=COMMAND_TIME, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        why = f"the command did not run: {type(error).__name__}"
        raise KekUnusable(why=why, where="command") from None
    if done.returncode:
        raise KekUnusable(why=f"the command ended with code {done.returncode}", where="command")
    return done.stdout


def _decoded(text: bytes, *, where: str) -> Kek:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise KekUnusable(why="it is not base64", where=where) from None
    if len(key) != KEY_BYTES:
        why = f"it has {len(key)} bytes, not {KEY_BYTES}"
        raise KekUnusable(why=why, where=where)
    # The identifier tells keys apart and gives nothing of a random 256-bit key away.
    return Kek(id=hashlib.sha256(b"pkiadmin kek\0" + key).hexdigest()[:16], key=key)
