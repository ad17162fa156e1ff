"""X509_verify_cert of the libcrypto that this process already runs, by ctypes.

The rules this module keeps, each learned by measurement:

* The GIL is released only around decoding and verifying (`CDLL`); setters and getters go through
  `PyDLL`, because each release under load can cost a switch interval.
* There is one callback object for the life of the process. It never lets an exception cross C, and
  it finds its list through a thread-local, because a verification runs wholly in its thread.
* A store may be shared by threads, a context never is: each verification makes its own.
* The verdict is what a run without a callback returns. A run with the callback goes on after each
  error to collect them all; what it returns is never a verdict.
* A run may leave out the pass over signatures and dates (`signatures=False`). Its acceptance says
  nothing about them, and who asks so has to know them good: see `decision.Judge`.

Nothing here knows our policies or reports: addresses of OpenSSL's objects and numbers come out.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int, c_int64, c_long, c_size_t, c_uint, c_ulong, c_void_p
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pki.errors import BadVerifyParameter, NotDecodable, OpensslUnavailable
from pki.verify.library import Signatures, load, load_beside

# X509_V_FLAG_*, X509_CHECK_FLAG_* and X509_PURPOSE_* of <openssl/x509_vfy.h> and <x509v3.h>.
FLAG_CRL_CHECK: Final = 0x4
FLAG_CRL_CHECK_ALL: Final = 0x8
FLAG_STRICT: Final = 0x20
FLAG_POLICY_CHECK: Final = 0x80
FLAG_EXPLICIT_POLICY: Final = 0x100
FLAG_INHIBIT_ANY: Final = 0x200
FLAG_INHIBIT_MAP: Final = 0x400
FLAG_EXTENDED_CRL_SUPPORT: Final = 0x1000
FLAG_USE_DELTAS: Final = 0x2000
FLAG_PARTIAL_CHAIN: Final = 0x80000
HOST_NO_PARTIAL_WILDCARDS: Final = 0x4
HOST_NEVER_CHECK_SUBJECT: Final = 0x20
PURPOSE_CLIENT: Final = 1
PURPOSE_SERVER: Final = 2
PURPOSE_ANY: Final = 7
ANY_POLICY: Final = "2.5.29.32.0"

# XN_FLAG_ONELINE with the spaces around "=" that s_client of OpenSSL 3.0 prints.
_NAME_ONELINE: Final = 0x8 | 0x317 | (2 << 16) | (1 << 23)
_MOST_ERRORS: Final = 500
_SELF_ISSUED: Final = 0x20

_VOID_P = c_void_p
_SIGNATURES: Final[Signatures] = {
    "ERR_clear_error": (None, []),
    "ERR_get_error": (c_ulong, []),
    "ERR_reason_error_string": (c_char_p, [c_ulong]),
    "d2i_X509": (_VOID_P, [_VOID_P, POINTER(_VOID_P), c_long]),
    "X509_free": (None, [_VOID_P]),
    "d2i_X509_CRL": (_VOID_P, [_VOID_P, POINTER(_VOID_P), c_long]),
    "X509_CRL_free": (None, [_VOID_P]),
    "X509_CRL_get_issuer": (_VOID_P, [_VOID_P]),
    "X509_CRL_verify": (c_int, [_VOID_P, _VOID_P]),
    "X509_get_subject_name": (_VOID_P, [_VOID_P]),
    "X509_get_issuer_name": (_VOID_P, [_VOID_P]),
    "X509_subject_name_hash": (c_ulong, [_VOID_P]),
    "X509_issuer_name_hash": (c_ulong, [_VOID_P]),
    "X509_NAME_hash_ex": (c_ulong, [_VOID_P, _VOID_P, c_char_p, POINTER(c_int)]),
    "X509_NAME_cmp": (c_int, [_VOID_P, _VOID_P]),
    "X509_NAME_print_ex": (c_int, [_VOID_P, _VOID_P, c_int, c_ulong]),
    "X509_get_extension_flags": (c_uint, [_VOID_P]),
    "X509_check_purpose": (c_int, [_VOID_P, c_int, c_int]),
    "X509_check_issued": (c_int, [_VOID_P, _VOID_P]),
    "X509_get0_pubkey": (_VOID_P, [_VOID_P]),
    "X509_verify": (c_int, [_VOID_P, _VOID_P]),
    "BIO_s_mem": (_VOID_P, []),
    "BIO_new": (_VOID_P, [_VOID_P]),
    "BIO_free": (c_int, [_VOID_P]),
    "BIO_ctrl": (c_long, [_VOID_P, c_int, c_long, _VOID_P]),
    "OPENSSL_sk_new_null": (_VOID_P, []),
    "OPENSSL_sk_push": (c_int, [_VOID_P, _VOID_P]),
    "OPENSSL_sk_num": (c_int, [_VOID_P]),
    "OPENSSL_sk_value": (_VOID_P, [_VOID_P, c_int]),
    "OPENSSL_sk_free": (None, [_VOID_P]),
    "OBJ_txt2obj": (_VOID_P, [c_char_p, c_int]),
    "ASN1_OBJECT_free": (None, [_VOID_P]),
    "X509_STORE_new": (_VOID_P, []),
    "X509_STORE_free": (None, [_VOID_P]),
    "X509_STORE_add_cert": (c_int, [_VOID_P, _VOID_P]),
    "X509_STORE_add_crl": (c_int, [_VOID_P, _VOID_P]),
    "X509_STORE_get0_param": (_VOID_P, [_VOID_P]),
    "X509_STORE_CTX_new": (_VOID_P, []),
    "X509_STORE_CTX_free": (None, [_VOID_P]),
    "X509_STORE_CTX_init": (c_int, [_VOID_P, _VOID_P, _VOID_P, _VOID_P]),
    "X509_STORE_CTX_get0_param": (_VOID_P, [_VOID_P]),
    "X509_VERIFY_PARAM_set1": (c_int, [_VOID_P, _VOID_P]),
    "X509_STORE_CTX_set_verify": (None, [_VOID_P, _VOID_P]),
    "X509_STORE_CTX_set_verify_cb": (None, [_VOID_P, _VOID_P]),
    "X509_STORE_CTX_set0_crls": (None, [_VOID_P, _VOID_P]),
    "X509_STORE_CTX_set0_trusted_stack": (None, [_VOID_P, _VOID_P]),
    "X509_STORE_CTX_get_error": (c_int, [_VOID_P]),
    "X509_STORE_CTX_get_error_depth": (c_int, [_VOID_P]),
    "X509_STORE_CTX_get_current_cert": (_VOID_P, [_VOID_P]),
    "X509_STORE_CTX_get0_parent_ctx": (_VOID_P, [_VOID_P]),
    "X509_STORE_CTX_get0_chain": (_VOID_P, [_VOID_P]),
    "X509_verify_cert": (c_int, [_VOID_P]),
    "X509_verify_cert_error_string": (c_char_p, [c_long]),
    "X509_VERIFY_PARAM_set_flags": (c_int, [_VOID_P, c_ulong]),
    "X509_VERIFY_PARAM_set_purpose": (c_int, [_VOID_P, c_int]),
    "X509_VERIFY_PARAM_set_time": (None, [_VOID_P, c_int64]),
    "X509_VERIFY_PARAM_set_auth_level": (None, [_VOID_P, c_int]),
    "X509_VERIFY_PARAM_set_hostflags": (None, [_VOID_P, c_uint]),
    "X509_VERIFY_PARAM_set1_host": (c_int, [_VOID_P, c_char_p, c_size_t]),
    "X509_VERIFY_PARAM_set1_ip_asc": (c_int, [_VOID_P, c_char_p]),
    "X509_VERIFY_PARAM_add0_policy": (c_int, [_VOID_P, _VOID_P]),
}


_lib, _releasing = load(_SIGNATURES)
_decode_certificate = _releasing.d2i_X509
_decode_crl = _releasing.d2i_X509_CRL
_verify_cert = _releasing.X509_verify_cert
_error = threading.local()
_MEMORY: Final = _lib.BIO_s_mem()


def load_libssl(signatures: Signatures) -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Functions of the libssl that works on this libcrypto: with the GIL held, and without."""
    return load_beside(_releasing, signatures)


@functools.cache
def version() -> str:
    """The OpenSSL in use, as it names itself: `OpenSSL 3.0.19 27 Jan 2026`."""
    name: bytes = _lib.OpenSSL_version(0)
    return name.decode()


def error_text(number: int) -> str:
    """OpenSSL's own sentence for an X509_V_ERR_ number (X509_verify_cert_error_string)."""
    text: bytes = _lib.X509_verify_cert_error_string(number)
    return text.decode()


def reason() -> str:
    """The last entry of OpenSSL's error queue in words; the queue is empty afterwards."""
    last = 0
    while number := _lib.ERR_get_error():
        last = number
    text = _lib.ERR_reason_error_string(last) if last else None
    return text.decode(errors="replace") if text else "no reason given"


def _decode(function: Any, what: str, der: bytes) -> tuple[int, int]:
    """Decode with a d2i function: the object's address and how many bytes it took."""
    cursor = ctypes.cast(c_char_p(der), c_void_p)
    start = cursor.value or 0
    address = function(None, ctypes.byref(cursor), len(der))
    if not address:
        raise NotDecodable(what=what, why=reason())
    return address, (cursor.value or 0) - start


def _name_text(name: int) -> str:
    """A name as `s_client` prints it: `C = BE, O = Example, CN = Root`."""
    bio = _lib.BIO_new(_MEMORY)
    try:
        _lib.X509_NAME_print_ex(bio, name, 0, _NAME_ONELINE)
        found = c_void_p()
        length = _lib.BIO_ctrl(bio, 3, 0, ctypes.byref(found))  # BIO_CTRL_INFO
        return ctypes.string_at(found, length).decode("utf-8", "replace") if length > 0 else ""
    finally:
        _lib.BIO_free(bio)


class Certificate:
    """A certificate decoded by OpenSSL. `trailing` counts bytes after its end.

    Raises `NotDecodable` where OpenSSL cannot decode it.
    """

    __slots__ = ("address", "der", "trailing")

    def __init__(self, der: bytes) -> None:
        self.der = der
        self.address = 0
        self.address, used = _decode(_decode_certificate, "certificate", der)
        self.trailing = len(der) - used

    def __del__(self, _free: Any = _lib.X509_free) -> None:
        if self.address:
            _free(self.address)

    def settle(self) -> None:
        """Have OpenSSL read the extensions now.

        It otherwise does so when it first needs them, and until then takes any key identifier of a
        CRL's issuer as fitting: the same question could get two answers.
        """
        _lib.X509_check_purpose(self.address, -1, 0)
        _lib.ERR_clear_error()

    def subject_hash(self) -> int:
        """OpenSSL's hash of the canonical subject: equal names have equal hashes."""
        return int(_lib.X509_subject_name_hash(self.address))

    def issuer_hash(self) -> int:
        """OpenSSL's hash of the canonical issuer name."""
        return int(_lib.X509_issuer_name_hash(self.address))

    def subject_text(self) -> str:
        """The subject in the one-line notation of `s_client`."""
        return _name_text(_lib.X509_get_subject_name(self.address))

    def issuer_text(self) -> str:
        """The issuer in the one-line notation of `s_client`."""
        return _name_text(_lib.X509_get_issuer_name(self.address))

    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name: OpenSSL's EXFLAG_SI."""
        return bool(_lib.X509_get_extension_flags(self.address) & _SELF_ISSUED)

    def may_issue(self, subject: Certificate) -> bool:
        """Whether names, key identifiers and key usage allow this to be the issuer of `subject`."""
        return int(_lib.X509_check_issued(self.address, subject.address)) == 0

    def signed(self, subject: Certificate) -> bool:
        """Whether the signature of `subject` verifies with this certificate's key."""
        key = _lib.X509_get0_pubkey(self.address)
        if not key:
            _lib.ERR_clear_error()
            return False
        good = int(_releasing.X509_verify(subject.address, key)) == 1
        _lib.ERR_clear_error()
        return good


class Crl:
    """A CRL decoded by OpenSSL. Raises `NotDecodable` where it cannot be."""

    __slots__ = ("address", "der", "trailing")

    def __init__(self, der: bytes) -> None:
        self.der = der
        self.address = 0
        self.address, used = _decode(_decode_crl, "crl", der)
        self.trailing = len(der) - used

    def __del__(self, _free: Any = _lib.X509_CRL_free) -> None:
        if self.address:
            _free(self.address)

    def issuer_hash(self) -> int:
        """OpenSSL's hash of the canonical issuer name, comparable with `subject_hash`."""
        name = _lib.X509_CRL_get_issuer(self.address)
        return int(_lib.X509_NAME_hash_ex(name, None, None, None))

    def issuer_text(self) -> str:
        """The issuer in the one-line notation of `s_client`."""
        return _name_text(_lib.X509_CRL_get_issuer(self.address))

    def names(self, issuer: Certificate) -> bool:
        """Whether the CRL's issuer is the subject of this certificate."""
        name = _lib.X509_CRL_get_issuer(self.address)
        return int(_lib.X509_NAME_cmp(name, _lib.X509_get_subject_name(issuer.address))) == 0

    def signed_by(self, issuer: Certificate) -> bool:
        """Whether the CRL's signature verifies with the key of `issuer`."""
        key = _lib.X509_get0_pubkey(issuer.address)
        good = bool(key) and int(_releasing.X509_CRL_verify(self.address, key)) == 1
        _lib.ERR_clear_error()
        return good


class Stack:
    """A STACK_OF certificates or CRLs that keeps its members alive."""

    __slots__ = ("address", "members")

    def __init__(self, members: Sequence[Certificate] | Sequence[Crl]) -> None:
        self.members: tuple[Certificate | Crl, ...] = tuple(members)
        self.address = _lib.OPENSSL_sk_new_null()
        for member in self.members:
            _lib.OPENSSL_sk_push(self.address, member.address)

    def __del__(self, _free: Any = _lib.OPENSSL_sk_free) -> None:
        _free(self.address)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """What every verification against a store shares: flags, purpose, level, host rules, policies.

    `policies` is the user-initial-policy-set; anyPolicy stands in it in so many words, because
    with an empty set OpenSSL's explicit policy refuses everything.
    """

    flags: int
    purpose: int
    security_level: int
    host_flags: int
    policies: tuple[str, ...] = (ANY_POLICY,)


class Store:
    """An X509_STORE with its anchors and parameters. Threads may share it."""

    __slots__ = ("address",)

    def __init__(self, anchors: Sequence[Certificate], parameters: Parameters) -> None:
        self.address = _lib.X509_STORE_new()
        for anchor in anchors:
            if not _lib.X509_STORE_add_cert(self.address, anchor.address):
                raise NotDecodable(what="trust anchor", why=reason())
        self._set(_lib.X509_STORE_get0_param(self.address), parameters)

    def __del__(self, _free: Any = _lib.X509_STORE_free) -> None:
        _free(self.address)

    def keep(self, crls: Sequence[Crl], seconds: int) -> None:
        """Hold these CRLs and judge as of this second, as a program does that loads files.

        `verify` needs neither: it is handed both with each question.
        """
        for crl in crls:
            _lib.X509_STORE_add_crl(self.address, crl.address)
        _lib.X509_VERIFY_PARAM_set_time(_lib.X509_STORE_get0_param(self.address), seconds)
        _lib.ERR_clear_error()

    @staticmethod
    def _set(inner: int, parameters: Parameters) -> None:
        _lib.X509_VERIFY_PARAM_set_flags(inner, parameters.flags)
        if not _lib.X509_VERIFY_PARAM_set_purpose(inner, parameters.purpose):
            raise BadVerifyParameter(parameter="purpose", value=parameters.purpose, why=reason())
        _lib.X509_VERIFY_PARAM_set_auth_level(inner, parameters.security_level)
        _lib.X509_VERIFY_PARAM_set_hostflags(inner, parameters.host_flags)
        for policy in parameters.policies:
            oid = _lib.OBJ_txt2obj(policy.encode(), 1)
            if not oid:
                raise BadVerifyParameter(parameter="policy", value=policy, why=reason())
            if not _lib.X509_VERIFY_PARAM_add0_policy(inner, oid):
                _lib.ASN1_OBJECT_free(oid)
                raise BadVerifyParameter(parameter="policy", value=policy, why=reason())


@dataclass(frozen=True, slots=True)
class VerifyError:
    """One error: number, depth, the address of the certificate concerned (0: none), and whether
    it arose in the path of a CRL's issuer."""

    number: int
    depth: int
    certificate: int
    crl_path: bool


class Outcome(NamedTuple):
    """What one verification gave: acceptance, its errors in order, the addresses of its chain.

    `completed` says that OpenSSL went through to the end, which in a collecting run it does in
    spite of errors.
    """

    accepted: bool
    completed: bool
    errors: tuple[VerifyError, ...]
    chain: tuple[int, ...]


def _collect(ok: int, context: int) -> int:
    """Record an error and go on.

    In the path of a CRL's issuer it stops at the first, as the command line does: the outer
    verification then reports 54 for the certificate whose CRL it was.
    """
    if ok:
        return 1
    try:
        found: list[VerifyError] = _error.found
        nested = bool(_lib.X509_STORE_CTX_get0_parent_ctx(context))
        found.append(
            VerifyError(
                _lib.X509_STORE_CTX_get_error(context),
                _lib.X509_STORE_CTX_get_error_depth(context),
                _lib.X509_STORE_CTX_get_current_cert(context) or 0,
                nested,
            )
        )
        return 0 if nested or len(found) >= _MOST_ERRORS else 1
    except BaseException as error:  # noqa: BLE001  # an exception must never unwind through C
        _error.exception = error
        return 0


def _leave_out(_context: int) -> int:
    """In the place of `internal_verify`, which would verify each signature and compare the dates."""
    return 1


# Made once and never freed: a callback that is collected while C may call it is a crash.
_CALLBACK: Final = ctypes.CFUNCTYPE(c_int, c_int, c_void_p)(_collect)
_NO_SIGNATURES: Final = ctypes.CFUNCTYPE(c_int, c_void_p)(_leave_out)


def verify(
    store: Store,
    leaf: Certificate,
    untrusted: Stack | None,
    crls: Stack | None,
    *,
    seconds: int,
    host: bytes | None = None,
    address: bytes | None = None,
    anchors: Stack | None = None,
    collect: bool = False,
    signatures: bool = True,
) -> Outcome:
    """Run X509_verify_cert once at `seconds` after the epoch.

    `anchors` replaces the store's own. With `collect` every error is found and `accepted` means
    that there was none; without, `errors` holds the one at which OpenSSL stopped. An empty host
    means "do not check" to OpenSSL and is refused here. Without `signatures` neither those of the
    path nor the dates of its certificates are looked at; all else is, its CRLs wholly.
    """
    context = _lib.X509_STORE_CTX_new()
    try:
        others = untrusted.address if untrusted is not None else None
        if not _lib.X509_STORE_CTX_init(context, store.address, leaf.address, others):
            raise OpensslUnavailable(tried=reason())
        if anchors is not None:
            _lib.X509_STORE_CTX_set0_trusted_stack(context, anchors.address)
        if crls is not None:
            _lib.X509_STORE_CTX_set0_crls(context, crls.address)
        _ask(_lib.X509_STORE_CTX_get0_param(context), seconds, host, address)
        if not signatures:
            _lib.X509_STORE_CTX_set_verify(context, _NO_SIGNATURES)
        return run(context, collect=collect)
    finally:
        _lib.X509_STORE_CTX_free(context)
        _lib.ERR_clear_error()


def run(context: int, *, collect: bool = False) -> Outcome:
    """X509_verify_cert on an X509_STORE_CTX that is ready for it; the addresses live as it does."""
    errors: list[VerifyError] = []
    if collect:
        _error.found, _error.exception = errors, None
        _lib.X509_STORE_CTX_set_verify_cb(context, _CALLBACK)
    result = _verify_cert(context)
    if collect and _error.exception is not None:
        raise _error.exception
    if result != 1 and not _stop_is_known(errors, context):
        errors.append(
            VerifyError(
                _lib.X509_STORE_CTX_get_error(context),
                _lib.X509_STORE_CTX_get_error_depth(context),
                _lib.X509_STORE_CTX_get_current_cert(context) or 0,
                False,
            )
        )
    return Outcome(result == 1 and not errors, result == 1, tuple(errors), _chain(context))


def run_again(store: int, leaf: int, untrusted: int | None, parameters: int) -> list[VerifyError]:
    """Every error of a question that another context asked: by the addresses of its store, its
    certificates and its X509_VERIFY_PARAM. The addresses in the errors live as the store does."""
    context = _lib.X509_STORE_CTX_new()
    try:
        if not _lib.X509_STORE_CTX_init(context, store, leaf, untrusted):
            raise OpensslUnavailable(tried=reason())
        _lib.X509_VERIFY_PARAM_set1(_lib.X509_STORE_CTX_get0_param(context), parameters)
        return list(run(context, collect=True).errors)
    finally:
        _lib.X509_STORE_CTX_free(context)
        _lib.ERR_clear_error()


def _ask(inner: int, seconds: int, host: bytes | None, address: bytes | None) -> None:
    _lib.X509_VERIFY_PARAM_set_time(inner, seconds)
    if host is not None and (
        not host or not _lib.X509_VERIFY_PARAM_set1_host(inner, host, len(host))
    ):
        raise BadVerifyParameter(parameter="host", value=repr(host), why="not a host name")
    if address is not None and not _lib.X509_VERIFY_PARAM_set1_ip_asc(inner, address):
        raise BadVerifyParameter(parameter="address", value=repr(address), why="not an IP address")


def _stop_is_known(errors: list[VerifyError], context: int) -> bool:
    number = _lib.X509_STORE_CTX_get_error(context)
    return any(error.number == number and not error.crl_path for error in errors)


def _chain(context: int) -> tuple[int, ...]:
    stack = _lib.X509_STORE_CTX_get0_chain(context)
    if not stack:
        return ()
    return tuple(_lib.OPENSSL_sk_value(stack, index) for index in range(_lib.OPENSSL_sk_num(stack)))
