"""Any upload as a stream of blocks: each certificate, CRL or other thing found, with its line.

It is done in two steps. The upload is first split into pieces, which is cheap, and counted against
the limits; only then is each piece parsed, so that a limit is met before anything is handed out.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import zipfile
import zlib
from collections.abc import Iterator

from pki import der
from pki.certificate import CertificateFacts, parse_certificate
from pki.crl import CrlFacts, parse_crl
from pki.errors import LimitExceeded, NotDecodable
from pki.findings import Finding, finding
from pki.formats import pem, s_client
from pki.formats.blocks import Block, BlockKind, Known, Piece
from pki.formats.detect import Shape, as_text, is_der, is_zip, looks_like, shape_of
from pki.formats.pkcs7 import NotPkcs7, read_pkcs7
from pki.limits import DEFAULT, Limits
from pki.names import visible

__all__ = ["Block", "BlockKind", "Known", "read_blocks"]

_LONGEST_LABEL = 120
_PADDING = b"\0 \t\r\n"
# What the makers of archives add and nobody means to import.
_ARCHIVE_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")

_REFUSED_LABELS: dict[str, tuple[BlockKind, str]] = {
    "CERTIFICATE REQUEST": (BlockKind.REQUEST, "block.request"),
    "NEW CERTIFICATE REQUEST": (BlockKind.REQUEST, "block.request"),
    "PUBLIC KEY": (BlockKind.PUBLIC_KEY, "block.public_key"),
    "RSA PUBLIC KEY": (BlockKind.PUBLIC_KEY, "block.public_key"),
    "SSH2 PUBLIC KEY": (BlockKind.PUBLIC_KEY, "block.public_key"),
}
_CERTIFICATE_LABELS = (
    "CERTIFICATE",
    "X509 CERTIFICATE",
    "X.509 CERTIFICATE",
    "TRUSTED CERTIFICATE",
)
_CRL_LABELS = ("X509 CRL", "CRL")
_PKCS7_LABELS = ("PKCS7", "PKCS #7 SIGNED DATA", "CMS")
_REFUSED_SHAPES: dict[Shape, tuple[BlockKind, str]] = {
    Shape.REQUEST: (BlockKind.REQUEST, "block.request"),
    Shape.PRIVATE_KEY: (BlockKind.PRIVATE_KEY, "block.private_key"),
    Shape.PUBLIC_KEY: (BlockKind.PUBLIC_KEY, "block.public_key"),
    Shape.PKCS12: (BlockKind.PRIVATE_KEY, "block.pkcs12_needs_passphrase"),
}
_REFUSED_LOOKS: dict[str, tuple[BlockKind, str]] = {
    "java_keystore": (BlockKind.PRIVATE_KEY, "block.keystore"),
    "putty_key": (BlockKind.PRIVATE_KEY, "block.private_key"),
    "ssh_public_key": (BlockKind.PUBLIC_KEY, "block.public_key"),
}


def read_blocks(
    data: bytes, *, name: str = "", limits: Limits = DEFAULT, known: Known | None = None
) -> Iterator[Block]:
    """Every block of an upload, in its order; what is not taken carries the reason.

    `name` is only said again where nothing was found. `known` is asked once, for all certificates
    of the upload at once and before any is parsed: whoever brings in again what is here pays for
    splitting and a digest, a tenth of what parsing costs. Raises `LimitExceeded` before the first
    block (`input_bytes`, `blocks`, `zip_members`, `zip_bytes`) and nothing else.
    """
    pieces = _counted(data, name, limits)
    digests: dict[int, str] = {}
    if known is not None:
        found = {
            number: hashlib.sha256(piece.der).hexdigest()
            for number, piece in enumerate(pieces, start=1)
            if piece.kind == BlockKind.CERTIFICATE and piece.rejected is None
        }
        here = known(list(found.values())) if found else ()
        digests = {number: digest for number, digest in found.items() if digest in here}
    for number, piece in enumerate(pieces, start=1):
        if number in digests:
            yield _block(number, piece, known=digests[number])
        else:
            yield _parsed(number, piece, limits)


def _counted(data: bytes, name: str, limits: Limits) -> list[Piece]:
    if len(data) > limits.input_bytes:
        raise LimitExceeded(limit="input_bytes", value=len(data), maximum=limits.input_bytes)
    pieces: list[Piece] = []
    source = _zip_pieces(data, limits) if is_zip(data) else _pieces(data)
    for piece in source:
        pieces.append(piece)
        if len(pieces) > limits.blocks:
            raise LimitExceeded(limit="blocks", value=len(pieces), maximum=limits.blocks)
    return pieces or [_nothing(data, name)]


# From pieces to blocks ---------------------------------------------------------------------------


def _parsed(number: int, piece: Piece, limits: Limits) -> Block:
    rejected = piece.rejected
    certificate = crl = None
    if rejected is None:
        try:
            if piece.kind == BlockKind.CRL:
                crl = parse_crl(piece.der, limits=limits)
            else:
                certificate = parse_certificate(piece.der, limits=limits)
        except NotDecodable as error:
            rejected = _refusal(error)
    return _block(number, piece, certificate=certificate, crl=crl, rejected=rejected)


def _block(
    number: int,
    piece: Piece,
    *,
    certificate: CertificateFacts | None = None,
    crl: CrlFacts | None = None,
    rejected: Finding | None = None,
    known: str = "",
) -> Block:
    return Block(
        number=number,
        line=piece.line,
        container=piece.container,
        kind=piece.kind,
        label=piece.label,
        certificate=certificate,
        crl=crl,
        rejected=rejected,
        known=known,
    )


def _refusal(error: NotDecodable) -> Finding:
    why = str(error.data["why"])
    maximum = error.data.get("maximum", 0)
    if why == "too_large":
        return finding("block.too_large", maximum=maximum)
    if why == "too_many_names":
        return finding("block.too_many_names", maximum=maximum)
    if why == "trailing_data":
        return finding("block.trailing_data")
    return finding("block.not_decodable", what=error.data["what"], why=why)


# From bytes to pieces ----------------------------------------------------------------------------


def _pieces(data: bytes) -> Iterator[Piece]:
    """The pieces of anything but an archive; none when nothing is recognised."""
    if is_der(data):
        yield from _der_pieces(data, container="der")
        return
    text = as_text(data)
    found = False
    for piece in _text_pieces(text):
        found = True
        yield piece
    if found:
        return
    if bare := pem.decode_bare(text):
        yield from _der_pieces(bare, container="base64")
        return
    refused = _REFUSED_LOOKS.get(looks_like(data))
    if refused:
        yield _refused(1, "text", looks_like(data), refused)


def _nothing(data: bytes, name: str) -> Piece:
    return Piece(
        line=0,
        container="",
        kind=BlockKind.OTHER,
        label="",
        rejected=finding(
            "block.nothing_found", looks_like=looks_like(data), name=visible(name)[:_LONGEST_LABEL]
        ),
    )


def _refused(line: int, container: str, label: str, refused: tuple[BlockKind, str]) -> Piece:
    kind, code = refused
    return Piece(line=line, container=container, kind=kind, label=label, rejected=finding(code))


def _text_pieces(text: bytes) -> Iterator[Piece]:
    if pem.BEGIN not in text and b"Certificate" not in text:
        return
    container = s_client.container_of(text)
    blocks = (piece for span in pem.spans(text) for piece in _span_pieces(span, container))
    # Both rise by line and neither is held in full: whoever counts may stop at the limit.
    yield from heapq.merge(_remarks(text, container), blocks, key=lambda piece: piece.line)


def _remarks(text: bytes, container: str) -> Iterator[Piece]:
    """What the text names without containing it."""
    if container == "s_client":
        for missing in s_client.listed_without_pem(text):
            yield Piece(
                line=missing.line,
                container=container,
                kind=BlockKind.CERTIFICATE,
                label="s_client",
                rejected=finding(
                    "block.listed_without_pem",
                    depth=missing.depth,
                    subject=visible(missing.subject),
                ),
            )
    elif container == "text":
        for line in s_client.texts_without_pem(text):
            yield Piece(
                line=line,
                container=container,
                kind=BlockKind.CERTIFICATE,
                label="text",
                rejected=finding("block.text_without_pem"),
            )


def _span_pieces(span: pem.Span, container: str) -> Iterator[Piece]:
    label = visible(span.label)
    if span.label.endswith("PRIVATE KEY"):
        yield _refused(span.line, container, label, (BlockKind.PRIVATE_KEY, "block.private_key"))
        return
    kind = _kind_of_label(span.label)
    if span.problem:
        yield _refused(span.line, container, label, (kind, span.problem))
        return
    if span.label in _REFUSED_LABELS:
        yield _refused(span.line, container, label, _REFUSED_LABELS[span.label])
        return
    if kind == BlockKind.OTHER and span.label not in _PKCS7_LABELS:
        rejected = finding("block.unsupported", label=label)
        yield Piece(line=span.line, container=container, kind=kind, label=label, rejected=rejected)
        return
    try:
        decoded = pem.decode(span.body)
    except pem.BadBase64 as error:
        rejected = finding("block.bad_base64", line=span.line + error.line, why=error.why)
        yield Piece(line=span.line, container=container, kind=kind, label=label, rejected=rejected)
        return
    if not decoded:
        yield _refused(span.line, container, label, (kind, "block.empty"))
        return
    if span.label == "TRUSTED CERTIFICATE":
        decoded = _first_element(decoded)
    yield from _by_shape(decoded, span.line, container, label, kind)


def _kind_of_label(label: str) -> BlockKind:
    if label in _CERTIFICATE_LABELS:
        return BlockKind.CERTIFICATE
    if label in _CRL_LABELS:
        return BlockKind.CRL
    return _REFUSED_LABELS[label][0] if label in _REFUSED_LABELS else BlockKind.OTHER


def _first_element(decoded: bytes) -> bytes:
    """OpenSSL's trusted certificates carry their trust settings behind the certificate."""
    try:
        return decoded[: der.read(decoded, 0, len(decoded))[2]]
    except der.DerError:
        return decoded


def _by_shape(
    element: bytes, line: int, container: str, label: str, expected: BlockKind
) -> Iterator[Piece]:
    """One element as what its content shows; where that shows nothing, as what it was said to be."""
    shape = shape_of(element)
    if shape == Shape.PKCS7:
        yield from _pkcs7_pieces(element, line, container)
    elif shape in _REFUSED_SHAPES:
        yield _refused(line, container, label or shape.value, _REFUSED_SHAPES[shape])
    elif shape == Shape.CERTIFICATE or (
        shape == Shape.UNKNOWN and expected == BlockKind.CERTIFICATE
    ):
        yield Piece(
            line=line,
            container=container,
            kind=BlockKind.CERTIFICATE,
            label=label or shape.value,
            der=element,
        )
    elif shape == Shape.CRL or expected == BlockKind.CRL:
        yield Piece(
            line=line,
            container=container,
            kind=BlockKind.CRL,
            label=label or shape.value,
            der=element,
        )
    elif label in _PKCS7_LABELS:
        yield _refused(line, container, label, (BlockKind.OTHER, "block.pkcs7_malformed"))
    else:
        rejected = finding("block.unsupported", label=label or "DER")
        yield Piece(
            line=line, container=container, kind=BlockKind.OTHER, label=label, rejected=rejected
        )


def _pkcs7_pieces(element: bytes, line: int, container: str) -> Iterator[Piece]:
    container = container if container.startswith("zip:") else "pkcs7"
    try:
        contents = read_pkcs7(element)
    except NotPkcs7 as error:
        yield _refused(line, container, "PKCS7", (BlockKind.OTHER, error.code))
        return
    for certificate in contents.certificates:
        yield Piece(
            line=line,
            container=container,
            kind=BlockKind.CERTIFICATE,
            label="PKCS7",
            der=certificate,
        )
    for crl in contents.crls:
        yield Piece(line=line, container=container, kind=BlockKind.CRL, label="PKCS7", der=crl)
    if contents.others:
        rejected = finding("block.unsupported", label="PKCS7")
        yield Piece(
            line=line, container=container, kind=BlockKind.OTHER, label="PKCS7", rejected=rejected
        )
    if not (contents.certificates or contents.crls or contents.others):
        yield _refused(line, container, "PKCS7", (BlockKind.OTHER, "block.pkcs7_empty"))


def _der_pieces(data: bytes, *, container: str) -> Iterator[Piece]:
    """One or several elements, one behind the other; what follows them is refused as a whole."""
    if data[1] == 0x80:
        # Indefinite length is BER: only PKCS#7 and PKCS#12 are ever written so.
        yield from _by_shape(data.rstrip(b"\r\n"), 0, container, "", BlockKind.OTHER)
        return
    at = 0
    while at < len(data):
        try:
            _, _, stop = der.read(data, at, len(data))
        except der.DerError as error:
            yield _broken_rest(data, at, container, str(error))
            return
        if data[at] != der.SEQUENCE:
            yield _broken_rest(data, at, container, "no sequence")
            return
        yield from _by_shape(data[at:stop], 0, container, "", BlockKind.OTHER)
        at = stop
        if at < len(data) and data[at] in _PADDING and not data[at:].strip(_PADDING):
            return


def _broken_rest(data: bytes, at: int, container: str, why: str) -> Piece:
    """Where the elements end: the rest is named by its place, and is a key if it began as one."""
    if at:
        rejected = finding("block.trailing_data", place=f"offset {at}", octets=len(data) - at)
        return Piece(line=0, container=container, kind=BlockKind.OTHER, label="", rejected=rejected)
    shape = shape_of(data)
    if shape in _REFUSED_SHAPES:
        return _refused(0, container, shape.value, _REFUSED_SHAPES[shape])
    kind = {Shape.CERTIFICATE: BlockKind.CERTIFICATE, Shape.CRL: BlockKind.CRL}.get(
        shape, BlockKind.OTHER
    )
    rejected = finding("block.not_decodable", what=shape.value, why=why)
    return Piece(line=0, container=container, kind=kind, label=shape.value, rejected=rejected)


# Archives ----------------------------------------------------------------------------------------


def _zip_pieces(data: bytes, limits: Limits) -> Iterator[Piece]:
    """The pieces of every member; names are labels only, nothing is written anywhere."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        yield _refused(0, "zip", "zip", (BlockKind.OTHER, "block.zip_malformed"))
        return
    members = [member for member in archive.infolist() if not _is_litter(member)]
    if len(members) > limits.zip_members:
        raise LimitExceeded(limit="zip_members", value=len(members), maximum=limits.zip_members)
    left = limits.zip_bytes
    for member in members:
        container = f"zip:{visible(member.filename)[:_LONGEST_LABEL]}"
        opened = _read_member(archive, member, left, limits)
        if isinstance(opened, Finding):
            yield Piece(
                line=0, container=container, kind=BlockKind.OTHER, label="zip", rejected=opened
            )
            continue
        left -= len(opened)
        yield from _member_pieces(opened, member.filename, container)


def _member_pieces(opened: bytes, name: str, container: str) -> Iterator[Piece]:
    if is_zip(opened):
        yield _refused(0, container, "zip", (BlockKind.OTHER, "block.nested_zip"))
        return
    found = False
    for piece in _pieces(opened):
        found = True
        yield _inside(piece, container)
    if not found:
        yield _inside(_nothing(opened, name), container)


def _inside(piece: Piece, container: str) -> Piece:
    return Piece(
        line=piece.line,
        container=container,
        kind=piece.kind,
        label=piece.label,
        der=piece.der,
        rejected=piece.rejected,
    )


def _is_litter(member: zipfile.ZipInfo) -> bool:
    return member.is_dir() or any(part in member.filename for part in _ARCHIVE_LITTER)


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, limits: Limits
) -> bytes | Finding:
    """A member's bytes, read no further than the limit whatever its header declares."""
    if member.flag_bits & 0x1:
        return finding("block.zip_encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return finding("block.zip_method")
    try:
        with archive.open(member) as stream:
            opened = stream.read(left + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError):
        return finding("block.zip_malformed")
    if len(opened) > left:
        raise LimitExceeded(limit="zip_bytes", value=len(opened), maximum=limits.zip_bytes)
    return opened
