"""The few dozen functions of libssl that a handshake in memory needs, as two small classes.

libssl works on the libcrypto of `pki.verify.openssl`, so certificates and stores of that module are
used as they are. The GIL is released around the handshake and around loading keys; while Python is
called back it is held again, as ctypes does for any callback.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_long, c_size_t, c_uint, c_uint64, c_ulong, c_void_p
from dataclasses import dataclass
from typing import Any, Final

from pki.errors import NotDecodable, OpensslUnavailable
from pki.verify import openssl
from pki.verify.library import Signatures

VERIFY_NONE: Final = 0
VERIFY_PEER: Final = 1
VERIFY_FAIL_IF_NO_PEER_CERT: Final = 2

_CTRL_MODE: Final = 33
_CTRL_SET_SESS_CACHE_MODE: Final = 44
_CTRL_CHAIN_CERT: Final = 89
_CTRL_SET_MIN_PROTO_VERSION: Final = 123
_CTRL_SET_MAX_PROTO_VERSION: Final = 124
_MODE_NO_AUTO_CHAIN: Final = 8
_BIO_CTRL_PENDING: Final = 10
_ERROR_WANT_READ: Final = 2
_ERR_TXT_STRING: Final = 2
_VERSIONS: Final = {"TLSv1.2": 0x303, "TLSv1.3": 0x304}

_P = c_void_p
_SIGNATURES: Final[Signatures] = {
    "ERR_clear_error": (None, []),
    "ERR_get_error_all": (c_ulong, [_P, _P, _P, POINTER(c_char_p), POINTER(c_int)]),
    "ERR_error_string_n": (None, [c_ulong, c_char_p, c_size_t]),
    "BIO_s_mem": (_P, []),
    "BIO_new": (_P, [_P]),
    "BIO_free": (c_int, [_P]),
    "BIO_up_ref": (c_int, [_P]),
    "BIO_ctrl": (c_long, [_P, c_int, c_long, _P]),
    "d2i_AutoPrivateKey": (_P, [_P, POINTER(_P), c_long]),
    "EVP_PKEY_free": (None, [_P]),
    "EVP_PKEY_get_base_id": (c_int, [_P]),
    "EVP_PKEY_get_bits": (c_int, [_P]),
    "EVP_sha256": (_P, []),
    "X509_digest": (c_int, [_P, _P, c_char_p, POINTER(c_uint)]),
    "X509_get0_pubkey": (_P, [_P]),
    "X509_check_private_key": (c_int, [_P, _P]),
    "X509_STORE_CTX_get_ex_data": (_P, [_P, c_int]),
    "X509_STORE_CTX_get0_param": (_P, [_P]),
    "X509_STORE_CTX_get0_store": (_P, [_P]),
    "X509_STORE_CTX_get0_cert": (_P, [_P]),
    "X509_STORE_CTX_get0_untrusted": (_P, [_P]),
    "X509_STORE_CTX_set_cert": (None, [_P, _P]),
    "X509_STORE_CTX_set0_untrusted": (None, [_P, _P]),
    "X509_VERIFY_PARAM_set_hostflags": (None, [_P, c_uint]),
    "X509_VERIFY_PARAM_set1_host": (c_int, [_P, c_char_p, c_size_t]),
    "X509_VERIFY_PARAM_set1_ip_asc": (c_int, [_P, c_char_p]),
    "OPENSSL_init_ssl": (c_int, [c_uint64, _P]),
    "TLS_server_method": (_P, []),
    "TLS_client_method": (_P, []),
    "SSL_CTX_new": (_P, [_P]),
    "SSL_CTX_free": (None, [_P]),
    "SSL_CTX_ctrl": (c_long, [_P, c_int, c_long, _P]),
    "SSL_CTX_set_security_level": (None, [_P, c_int]),
    "SSL_CTX_use_certificate": (c_int, [_P, _P]),
    "SSL_CTX_use_PrivateKey": (c_int, [_P, _P]),
    "SSL_CTX_set1_cert_store": (None, [_P, _P]),
    "SSL_CTX_set_verify": (None, [_P, c_int, _P]),
    "SSL_CTX_set_cert_verify_callback": (None, [_P, _P, _P]),
    "SSL_CTX_set_info_callback": (None, [_P, _P]),
    "SSL_get_ex_data_X509_STORE_CTX_idx": (c_int, []),
    "SSL_new": (_P, [_P]),
    "SSL_free": (None, [_P]),
    "SSL_set_bio": (None, [_P, _P, _P]),
    "SSL_get0_param": (_P, [_P]),
    "SSL_set_connect_state": (None, [_P]),
    "SSL_set_accept_state": (None, [_P]),
    "SSL_do_handshake": (c_int, [_P]),
    "SSL_read": (c_int, [_P, c_char_p, c_int]),
    "SSL_get_error": (c_int, [_P, c_int]),
    "SSL_get_version": (c_char_p, [_P]),
    "SSL_get_current_cipher": (_P, [_P]),
    "SSL_CIPHER_get_name": (c_char_p, [_P]),
}

lib, _releasing = openssl.load_libssl(_SIGNATURES)
lib.OPENSSL_init_ssl(0, None)


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """One entry of OpenSSL's error queue: its reason's number, and the line that programs log."""

    reason: int
    line: str


def drain_errors() -> tuple[ErrorEntry, ...]:
    """The entries of this thread's error queue, which is empty afterwards."""
    entries = []
    data, flags = c_char_p(), c_int()
    while code := lib.ERR_get_error_all(None, None, None, ctypes.byref(data), ctypes.byref(flags)):
        buffer = ctypes.create_string_buffer(256)
        lib.ERR_error_string_n(code, buffer, len(buffer))
        line = buffer.value.decode(errors="replace")
        if data.value and flags.value & _ERR_TXT_STRING:
            line += ":" + data.value.decode(errors="replace")
        entries.append(ErrorEntry(code & 0x7FFFFF, line))
    return tuple(entries)


def sha256_of(certificate: int) -> str:
    """The fingerprint of the certificate at this address; empty for none."""
    if not certificate:
        return ""
    buffer, length = ctypes.create_string_buffer(32), c_uint()
    lib.X509_digest(certificate, lib.EVP_sha256(), buffer, ctypes.byref(length))
    return buffer.raw.hex()


def key_kind(certificate: openssl.Certificate) -> tuple[int, int]:
    """The NID of a certificate's public key and its bits; zeros where OpenSSL cannot read it."""
    key = lib.X509_get0_pubkey(certificate.address)
    lib.ERR_clear_error()
    return (lib.EVP_PKEY_get_base_id(key), lib.EVP_PKEY_get_bits(key)) if key else (0, 0)


class Key:
    """A private key decoded by OpenSSL. Raises `NotDecodable`, which holds nothing of the key."""

    __slots__ = ("address",)

    def __init__(self, pkcs8: bytes) -> None:
        self.address = 0
        cursor = ctypes.cast(c_char_p(pkcs8), c_void_p)
        address = _releasing.d2i_AutoPrivateKey(None, ctypes.byref(cursor), len(pkcs8))
        lib.ERR_clear_error()
        if not address:
            raise NotDecodable(what="private key", why="not a PKCS#8 key that OpenSSL knows")
        self.address = address

    def __del__(self, _free: Any = lib.EVP_PKEY_free) -> None:
        if self.address:
            _free(self.address)

    def belongs_to(self, certificate: openssl.Certificate) -> bool:
        """Whether it is the private part of the certificate's public key."""
        good = int(lib.X509_check_private_key(certificate.address, self.address)) == 1
        lib.ERR_clear_error()
        return good


class Context:
    """An SSL_CTX: one side's settings. What it is given is kept alive by OpenSSL's own counting.

    Chains go out exactly as they are given (SSL_MODE_NO_AUTO_CHAIN), and no session is resumed.
    """

    __slots__ = ("address", "is_server")

    def __init__(
        self, *, is_server: bool, level: int, minimum: str | None, maximum: str | None
    ) -> None:
        self.is_server = is_server
        method = lib.TLS_server_method() if is_server else lib.TLS_client_method()
        self.address = lib.SSL_CTX_new(method)
        if not self.address:
            raise OpensslUnavailable(tried=openssl.reason())
        lib.SSL_CTX_set_security_level(self.address, level)
        self._control(_CTRL_MODE, _MODE_NO_AUTO_CHAIN)
        self._control(_CTRL_SET_SESS_CACHE_MODE, 0)
        self._control(_CTRL_SET_MIN_PROTO_VERSION, _VERSIONS[minimum] if minimum else 0)
        self._control(_CTRL_SET_MAX_PROTO_VERSION, _VERSIONS[maximum] if maximum else 0)

    def __del__(self, _free: Any = lib.SSL_CTX_free) -> None:
        _free(self.address)

    def _control(self, what: int, number: int, pointer: int | None = None) -> int:
        return int(lib.SSL_CTX_ctrl(self.address, what, number, pointer))

    def use_leaf(self, leaf: openssl.Certificate) -> str:
        """Present this certificate; why it may not be presented at this level, or nothing."""
        lib.ERR_clear_error()
        done = lib.SSL_CTX_use_certificate(self.address, leaf.address)
        return "" if done == 1 else openssl.reason()

    def use_issuer(self, certificate: openssl.Certificate) -> str:
        """Send this certificate next; why it may not be sent at this level, or nothing."""
        lib.ERR_clear_error()
        # The number 1 has OpenSSL count its own reference.
        done = self._control(_CTRL_CHAIN_CERT, 1, certificate.address)
        return "" if done == 1 else openssl.reason()

    def use_key(self, key: Key) -> None:
        """Prove possession with this key, which belongs to the leaf."""
        _releasing.SSL_CTX_use_PrivateKey(self.address, key.address)
        lib.ERR_clear_error()

    def judge_by(self, store: openssl.Store | None, mode: int, callback: object) -> None:
        """Verify the peer against this store; `callback` stands where libssl calls X509_verify_cert."""
        if store is not None:
            lib.SSL_CTX_set1_cert_store(self.address, store.address)
        lib.SSL_CTX_set_verify(self.address, mode, None)
        lib.SSL_CTX_set_cert_verify_callback(self.address, callback, None)

    def tell(self, callback: object) -> None:
        """Call back for each alert, sent or received (SSL_CTX_set_info_callback)."""
        lib.SSL_CTX_set_info_callback(self.address, callback)


class Pipe:
    """A memory BIO: what one side writes and the other reads."""

    __slots__ = ("address",)

    def __init__(self) -> None:
        self.address = lib.BIO_new(lib.BIO_s_mem())

    def __del__(self, _free: Any = lib.BIO_free) -> None:
        _free(self.address)

    @property
    def pending(self) -> int:
        """Octets that were written and not read."""
        return int(lib.BIO_ctrl(self.address, _BIO_CTRL_PENDING, 0, None))


class Connection:
    """An SSL between two pipes."""

    __slots__ = ("address",)

    def __init__(self, context: Context, reads: Pipe, writes: Pipe) -> None:
        self.address = lib.SSL_new(context.address)
        if not self.address:
            raise OpensslUnavailable(tried=openssl.reason())
        for pipe in (reads, writes):
            lib.BIO_up_ref(pipe.address)
        # It takes over one reference to each.
        lib.SSL_set_bio(self.address, reads.address, writes.address)
        start = lib.SSL_set_accept_state if context.is_server else lib.SSL_set_connect_state
        start(self.address)

    def __del__(self, _free: Any = lib.SSL_free) -> None:
        if self.address:
            _free(self.address)

    def expect(self, host: bytes | None, address: bytes | None, flags: int) -> None:
        """Want the peer's certificate to hold this name or address."""
        inner = lib.SSL_get0_param(self.address)
        lib.X509_VERIFY_PARAM_set_hostflags(inner, flags)
        if host is not None:
            lib.X509_VERIFY_PARAM_set1_host(inner, host, len(host))
        if address is not None:
            lib.X509_VERIFY_PARAM_set1_ip_asc(inner, address)

    def shake_hands(self) -> bool | None:
        """Go on as far as what was read allows: True when through, None when waiting, False when
        it failed, with the reason in the error queue."""
        lib.ERR_clear_error()
        return self._result(_releasing.SSL_do_handshake(self.address))

    def listen(self) -> bool | None:
        """After the handshake: take in tickets and alerts. None while nothing is wrong."""
        lib.ERR_clear_error()
        return self._result(_releasing.SSL_read(self.address, ctypes.create_string_buffer(1), 1))

    def _result(self, result: int) -> bool | None:
        if result == 1:
            return True
        return None if lib.SSL_get_error(self.address, result) == _ERROR_WANT_READ else False

    @property
    def protocol(self) -> str:
        """The version that was agreed on, as OpenSSL names it: `TLSv1.3`."""
        name: bytes = lib.SSL_get_version(self.address)
        return name.decode()

    @property
    def cipher(self) -> str:
        """The cipher suite that was agreed on; empty for none."""
        cipher = lib.SSL_get_current_cipher(self.address)
        if not cipher:
            return ""
        name: bytes = lib.SSL_CIPHER_get_name(cipher)
        return name.decode()
