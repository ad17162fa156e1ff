"""A report that anybody can reproduce: a zip with everything that was judged, and the command.

The script inside asks `openssl verify` the same question about the same bytes and compares number
and depth with those of the report. So nobody has to believe the console, and a partner can see on
their own machine why a handshake fails.
"""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from pki.errors import NotDecodable
from pki.formats.write import write_pem
from pki.names import visible
from pki.verify import openssl
from pki.verify.anatomy import seconds_of
from pki.verify.inputs import Policy, Question, TrustInput
from pki.verify.prepared import CrlMember, Member, PreparedTrust, prepare
from pki.verify.report import Diagnostic, Report
from pki.verify.run import report_to_json, s_client_listing

CONTENT_TYPE = "application/zip"
_FOLDER = "evidence"
_SCRIPT = "verify.sh"
# The same octets for the same report: an archive that is made again can be compared.
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One call of `openssl`, and the answers of which any bears the report out.

    An answer is `OK`, `20 at 0` (number and depth), or `unreadable` where OpenSSL cannot decode the
    certificate at all.
    """

    title: str
    arguments: tuple[str, ...]
    answers: tuple[str, ...]

    @property
    def line(self) -> str:
        """The command as it is typed."""
        return shlex.join(("openssl", *self.arguments))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Material:
    """What was judged, in the order in which OpenSSL was given it."""

    leaf: bytes
    anchors: tuple[Member, ...]
    untrusted: tuple[Member, ...]
    crls: tuple[CrlMember, ...]
    undecodable: tuple[bytes, ...]


def write_evidence(
    question: Question,
    trust: TrustInput | PreparedTrust,
    report: Report,
    *,
    trust_store: str = "",
) -> bytes:
    """The archive for a report that `validate(question, trust)` gave, by a store of that name.

    It holds one folder `evidence`: `verify.sh` and `README.txt`, `leaf.pem`, `anchors.pem`,
    `untrusted.pem` and `crls.pem` as far as there are any, `report.json`, `inputs.json` (policy,
    moment, names, commands), `path.txt` in the notation of `s_client`, `undecodable/` with what
    OpenSSL cannot read and therefore had no part, and `SHA256SUMS`. All names are fixed or made of
    digests. The octets are the same for the same arguments. Private keys never come near it.
    """
    prepared = trust if isinstance(trust, PreparedTrust) else prepare(trust)
    material = _material(question, prepared)
    commands = evidence_commands(question, prepared, report)
    files: dict[str, bytes] = {
        "README.txt": _readme(question, prepared.policy, report, commands, trust_store).encode(),
        _SCRIPT: _script(report, commands).encode(),
        "leaf.pem": write_pem([_readable(question.leaf)]),
        "report.json": _json(report_to_json(report)),
        "inputs.json": _json(_inputs(question, prepared.policy, report, material, commands)),
        "path.txt": s_client_listing(report.path).encode(),
    }
    lists: dict[str, tuple[str, list[bytes]]] = {
        "anchors.pem": ("CERTIFICATE", _octets(material.anchors)),
        "untrusted.pem": ("CERTIFICATE", _octets(material.untrusted)),
        "crls.pem": ("X509 CRL", [_decoded(one.crl) for one in material.crls]),
    }
    if report.other_path:
        above, beside = _chosen_path(prepared, material, report)
        lists["path-anchor.pem"] = ("CERTIFICATE", _octets([above]))
        lists["path-untrusted.pem"] = ("CERTIFICATE", _octets(beside))
    for name, (label, ders) in lists.items():
        if ders:
            files[name] = write_pem(ders, label=label)
    for data in material.undecodable:
        files[f"undecodable/{_sha256(data)}.der"] = data
    sums = "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files))
    return _zip({**files, "SHA256SUMS": sums.encode()})


def evidence_commands(
    question: Question, trust: TrustInput | PreparedTrust, report: Report
) -> tuple[Command, ...]:
    """The commands whose answers bear a report out, for files named as in the archive.

    Mostly one. Where OpenSSL's own choice of path is refused and another is good, the first shows
    the refusal and the second gives OpenSSL the good path alone.
    """
    prepared = trust if isinstance(trust, PreparedTrust) else prepare(trust)
    material = _material(question, prepared)
    tolerated = _answer(report.tolerated_diagnostics)
    # What is tolerated on an anchor is an error to OpenSSL 3 and none to OpenSSL 4.
    good = ("OK", *([tolerated] if tolerated else []))
    first: tuple[str, ...]
    if report.other_path:
        first = (_answer(report.other_path_diagnostics) or "OK",)
    elif report.diagnostics:
        first = (_answer(report.diagnostics) or "OK",)
    else:
        first = good if report.path else ("unreadable",)
    shared = [*_options(report), "-attime", str(seconds_of(question.moment))]
    if material.crls and prepared.checks_revocation:
        shared += ["-CRLfile", "crls.pem"]
    own = ["verify", *shared, "-no-CApath", "-no-CAstore"]
    own += ["-CAfile", "anchors.pem"] if material.anchors else ["-no-CAfile"]
    if material.untrusted:
        own += ["-untrusted", "untrusted.pem"]
    commands = [
        Command(title="The question as it was asked", arguments=(*own, "leaf.pem"), answers=first)
    ]
    if report.other_path:
        alone = ["verify", *shared, "-trusted", "path-anchor.pem"]
        if _chosen_path(prepared, material, report)[1]:
            alone += ["-untrusted", "path-untrusted.pem"]
        commands.append(
            Command(title="The good path alone", arguments=(*alone, "leaf.pem"), answers=good)
        )
    return tuple(commands)


def _answer(diagnostics: Sequence[Diagnostic]) -> str:
    """The first answer of the command; what it finds about a CRL's issuer, it prints beside it."""
    own = [item for item in diagnostics if not item.crl_path] or list(diagnostics)
    return f"{own[0].number} at {own[0].depth}" if own else ""


def _options(report: Report) -> Iterable[str]:
    """The flags of the report as single arguments: an option and its value, which has no space."""
    for flag in report.flags:
        option, _, value = flag.partition(" ")
        yield option
        if value:
            yield value


# The material ------------------------------------------------------------------------------------


def _material(question: Question, prepared: PreparedTrust) -> _Material:
    companions, unreadable = prepared.companions(question.untrusted)
    given = {_sha256(data): data for data in (*question.untrusted, *_all(prepared.trust))}
    without = {one.sha256 for one in (*unreadable, *prepared.unreadable)}
    members = (*prepared.anchors, *prepared.intermediates, *companions)
    known = {one.sha256 for one in members} | {one.sha256 for one in prepared.crls}
    return _Material(
        leaf=question.leaf,
        anchors=prepared.anchors,
        untrusted=(*prepared.intermediates, *companions),
        crls=prepared.crls,
        undecodable=tuple(given[digest] for digest in sorted(without - known) if digest in given),
    )


def _all(trust: TrustInput) -> tuple[bytes, ...]:
    return (*trust.anchors, *trust.intermediates, *trust.crls)


def _octets(members: Iterable[Member]) -> list[bytes]:
    return [_decoded(member.certificate) for member in members]


def _decoded(read: openssl.Certificate | openssl.Crl) -> bytes:
    """The octets that OpenSSL decoded: what trails behind them took no part in the verdict."""
    return read.der[: len(read.der) - read.trailing]


def _readable(leaf: bytes) -> bytes:
    try:
        return _decoded(openssl.Certificate(leaf))
    except NotDecodable:
        return leaf


def _chosen_path(
    prepared: PreparedTrust, material: _Material, report: Report
) -> tuple[Member, tuple[Member, ...]]:
    """The anchor of the good path, and what stands below it or may have issued a CRL."""
    members = {one.sha256: one for one in (*material.untrusted, *material.anchors)}
    path = [members[element.sha256] for element in report.path[1:]]
    below = [Member(material.leaf, report.path[0].sha256, "leaf"), *path]
    beside = [
        one
        for one in members.values()
        if prepared.crls
        and one not in path
        and not any(
            each.issuer_hash == one.subject_hash and one.certificate.may_issue(each.certificate)
            for each in below
        )
    ]
    return path[-1], (*path[:-1], *beside)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# The files ---------------------------------------------------------------------------------------


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"


def _inputs(
    question: Question,
    policy: Policy,
    report: Report,
    material: _Material,
    commands: Sequence[Command],
) -> dict[str, object]:
    return {
        "moment": question.moment.isoformat(),
        "host": question.host,
        "address": question.address,
        "policy": asdict(policy),
        "openssl_version": report.openssl_version,
        "openssl_flags": list(report.flags),
        "commands": [
            {"title": each.title, "line": each.line, "answers": list(each.answers)}
            for each in commands
        ],
        "leaf": _sha256(question.leaf),
        "anchors": [one.sha256 for one in material.anchors],
        "untrusted": [one.sha256 for one in material.untrusted],
        "crls": [one.sha256 for one in material.crls],
        "undecodable": [_sha256(data) for data in material.undecodable],
        "not_reproduced": _limits_of_the_command(question, policy),
    }


def _limits_of_the_command(question: Question, policy: Policy) -> list[str]:
    """What the console asks of OpenSSL and its command has no option for."""
    if question.host is None:
        return []
    found = ["no_partial_wildcards"]
    if not policy.common_name:
        found.append("common_name_never_counts")
    return found


_LIMITS = {
    "no_partial_wildcards": (
        "A wildcard stands for a whole label: *.example.com, never f*.example.com. The command\n"
        "has no option for that and accepts the second form."
    ),
    "common_name_never_counts": (
        "The trust store never takes the common name as a host name. The command has no option\n"
        "for that and accepts it where the certificate has no DNS name at all."
    ),
}


def _about(question: Question, report: Report, trust_store: str) -> str:
    """Whose report it is; names were chosen by others and stay on their line."""
    subject = visible(report.path[0].subject) if report.path else "cannot be read"
    lines = [f"Certificate: {subject}", f"SHA-256:     {_sha256(question.leaf)}"]
    if trust_store:
        lines.append(f"Trust store: {visible(trust_store)}")
    return "\n".join(lines)


def _leads_with(report: Report) -> str:
    """Why the report begins with another number than the command; empty where it does not."""
    first, leads = _answer(report.diagnostics), report.decisive
    if leads is None or leads.crl_path or first == f"{leads.number} at {leads.depth}":
        return ""
    said = "\n".join(f"  {one.number} at {one.depth}  {one.text}" for one in report.diagnostics)
    return f"""
The report leads with {leads.number} at {leads.depth}: that is why the certificate is not trusted. OpenSSL looks
for CRLs earlier, and its command stops there. All that it finds, in its own order:

{said}
"""


def _readme(
    question: Question,
    policy: Policy,
    report: Report,
    commands: Sequence[Command],
    trust_store: str,
) -> str:
    limits = "\n\n".join(_LIMITS[code] for code in _limits_of_the_command(question, policy))
    shown = "\n\n".join(
        f"{each.title}:\n\n  {each.line}\n\n  Answer: {' or '.join(each.answers)}"
        for each in commands
    )
    return f"""\
Evidence for a validation report

{_about(question, report, trust_store)}

Verdict:     {report.verdict.value.replace("_", " ")}
As of:       {report.moment.isoformat()}
Made with:   {report.openssl_version}

Run "sh {_SCRIPT}" in this folder. It needs nothing but the openssl command (3.0 or later; set
OPENSSL to name another one). It says for each command whether the answer is that of the report,
and ends with 0 when all are, with 1 when one is not, with 2 when it could not ask.

{shown}

An answer is OK, or the number of the first error and the depth of the certificate concerned, as
openssl prints them: "error 20 at 0 depth lookup". The leaf has depth 0.
{_leads_with(report)}{
        f'''
What the command cannot be told:

{limits}
'''
        if limits
        else ""
    }
Files: leaf.pem is the certificate in question; anchors.pem, untrusted.pem and crls.pem are what
the trust store holds and what came with the question; path.txt is the path that decided;
report.json is the whole report; inputs.json holds the policy; undecodable/ keeps what OpenSSL
cannot read; SHA256SUMS is for sha256sum -c.
"""


_SCRIPT_HEAD = r"""#!/bin/sh
# Ask openssl what the report asked, and compare number and depth.
cd "$(dirname "$0")" || exit 2
openssl=${OPENSSL:-openssl}
LC_ALL=C
export LC_ALL
version=$("$openssl" version) || exit 2
result=0

# compare TITLE ANSWERS ARGUMENT...: ANSWERS are separated by bars, with one at each end.
compare() {
  title=$1
  answers=$2
  shift 2
  printf '\n%s\n' "$title"
  output=$("$openssl" "$@" 2>&1)
  code=$?
  printf '%s\n' "$output"
  answer=$(printf '%s\n' "$output" |
    sed -n '/^error [0-9]* at [0-9]* depth lookup/{s/^error \([0-9]*\) at \([0-9]*\).*/\1 at \2/p;q;}')
  if [ -z "$answer" ]; then
    if [ "$code" -eq 0 ]; then answer=OK; else answer=unreadable; fi
  fi
  case $answers in
    *"|$answer|"*) printf 'SAME: %s\n' "$answer" ;;
    *)
      printf 'DIFFERENT: %s, and the report has %s\n' "$answer" "$answers"
      result=1
      ;;
  esac
}

"""


def _script(report: Report, commands: Sequence[Command]) -> str:
    lines = [
        f"printf 'Report made with: %s\\n' {shlex.quote(report.openssl_version)}",
        "printf 'This command is:  %s\\n' \"$version\"",
    ]
    for each in commands:
        answers = f"|{'|'.join(each.answers)}|"
        lines.append(shlex.join(("compare", each.title, answers, *each.arguments)))
    lines.append('exit "$result"')
    return _SCRIPT_HEAD + "\n".join(lines) + "\n"


def _zip(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{_FOLDER}/{name}", date_time=_STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if name == _SCRIPT else 0o100644) << 16
            out.writestr(entry, files[name])
    return archive.getvalue()
