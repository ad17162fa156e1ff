"""The OpenSSL that this process already runs: finding it, and declaring its functions to ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from ctypes import c_char_p, c_int, c_ulong, c_void_p
from typing import Any, Final

from pki.errors import OpensslUnavailable

# What a C function gives and takes, by its name.
Signatures = Mapping[str, tuple[Any, list[Any]]]

_OLDEST: Final = 0x30000000
_VERSION: Final[Signatures] = {
    "OpenSSL_version": (c_char_p, [c_int]),
    "OpenSSL_version_num": (c_ulong, []),
}


def load(signatures: Signatures) -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Functions of libcrypto: called with the GIL held, and with the GIL released.

    It is the first library found that has every one of them and is OpenSSL 3.0 or later. Raises
    `OpensslUnavailable` where there is none.
    """
    tried = []
    for where, make in _libraries("crypto"):
        try:
            library = make()
            _declare(library, _VERSION)
            _declare(library, signatures)
        except (OSError, AttributeError) as error:
            tried.append(f"{where}: {error}")
            continue
        name: bytes = library.OpenSSL_version(0)
        if library.OpenSSL_version_num() >= _OLDEST and name.startswith(b"OpenSSL"):
            return _holding_the_gil(library, signatures), library
        tried.append(f"{where}: {name.decode(errors='replace')}")
    raise OpensslUnavailable(tried="; ".join(tried))


def load_beside(known: ctypes.CDLL, signatures: Signatures) -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Functions of the libssl that works on the libcrypto `known`, as `load` gives them.

    Objects may go to and fro between both. Raises `OpensslUnavailable` where there is no libssl, or
    only one that brings a libcrypto of its own.
    """
    tried = []
    for where, make in _libraries("ssl"):
        try:
            library = make()
            _declare(library, _VERSION)
            _declare(library, signatures)
        except (OSError, AttributeError) as error:
            tried.append(f"{where}: {error}")
            continue
        if _address_of(library.OpenSSL_version) == _address_of(known.OpenSSL_version):
            return _holding_the_gil(library, signatures), library
        tried.append(f"{where}: another libcrypto")
    raise OpensslUnavailable(tried="; ".join(tried))


def _libraries(which: str) -> Iterator[tuple[str, Callable[[], ctypes.CDLL]]]:
    """Places to look for libcrypto or libssl, best first, each with the way to open it."""
    try:
        extension: str | None = getattr(importlib.import_module("_ssl"), "__file__", None)
    except ImportError:
        extension = None
    if sys.platform == "win32":
        names = [f"lib{which}-3-x64.dll", f"lib{which}-3-arm64.dll", f"lib{which}-3.dll"]
    else:
        # A look-up on the extension's handle also searches the libraries that it links to: this is
        # exactly the OpenSSL of `ssl.OPENSSL_VERSION`, and no file name is guessed.
        where = extension or "the Python executable"
        yield where, lambda: ctypes.CDLL(extension)
        names = [f"lib{which}.so.4", f"lib{which}.so.3"]
        names += [f"lib{which}.4.dylib", f"lib{which}.3.dylib"]
    for name in names:
        yield name, lambda name=name: ctypes.CDLL(name)  # type: ignore[misc]  # lambda default
    if found := ctypes.util.find_library(which):
        yield found, lambda: ctypes.CDLL(found)


def _declare(library: ctypes.CDLL, signatures: Signatures) -> None:
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


def _holding_the_gil(library: ctypes.CDLL, signatures: Signatures) -> ctypes.PyDLL:
    holding = ctypes.PyDLL(None, handle=library._handle)  # noqa: SLF001  # the only way to share one handle
    _declare(holding, _VERSION)
    _declare(holding, signatures)
    return holding


def _address_of(function: Any) -> int | None:
    return ctypes.cast(function, c_void_p).value
