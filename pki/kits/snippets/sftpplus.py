"""SFTPPlus: the options of services and locations up to 5.19, and the items of the vault from 5.20.

Values of several lines are continued by a space at the beginning of each. A `private-certificate`
holds the key, then exactly one certificate that is no CA, then its authorities.
"""

from __future__ import annotations

import uuid

from pki.kits.meeting import Side
from pki.kits.snippets.snippet import Setting

_PLACE = {
    Side.SERVER: "the section of the service, [services/...]",
    Side.CLIENT: "the section of the location, [locations/...]",
}
_NO_KEY = "(here comes the private key, which is not in this archive)\n"


def sftpplus_options(setting: Setting) -> str:
    """`ssl_certificate`, `ssl_key` and `ssl_certificate_authority`, with the PEM in place."""
    return f"""\
# SFTPPlus up to 5.19. Put these options into {_PLACE[setting.side]}.
# Keep the space at the beginning of each line: it continues the value.
# Instead of its text, an option also takes the path of the file.
{_key_hint(setting)}
ssl_certificate =
{_indented(setting.certificate)}
ssl_key =
{_indented(setting.key or _NO_KEY)}
ssl_certificate_authority =
{_indented(setting.accepted)}"""


def sftpplus_vault(setting: Setting) -> str:
    """Two items of the vault: what the side is, and whom it accepts."""
    who = "Server" if setting.side is Side.SERVER else "Client"
    accepted = "clients" if setting.side is Side.SERVER else "servers"
    return f"""\
# SFTPPlus from 5.20. Add these items to the vault, then choose them for
# {_PLACE[setting.side]}: the first as its certificate, the second as what it trusts.
# Keep the space at the beginning of each line: it continues the value.
{_key_hint(setting)}
[vault-items/{_identifier(setting, "own")}]
name = {who} certificate {setting.own.leaf.sha256[:16]}
type = private-certificate
content =
{_indented((setting.key or _NO_KEY) + setting.certificate)}
[vault-items/{_identifier(setting, "accepted")}]
name = Accepted {accepted} {setting.other.leaf.sha256[:16]}
type = trusted-certificates
content =
{_indented(setting.accepted)}"""


def _key_hint(setting: Setting) -> str:
    if not setting.key:
        return ""
    if not setting.encrypted:
        return "# This file holds the private key: protect it as the key file itself.\n"
    plain = setting.key_file.replace(".pem", ".plain.pem")
    return f"""\
# This file holds the private key, encrypted. Give its passphrase where SFTPPlus asks for the
# password of the key. Where your version has no place for it, decrypt the key there and use that:
#   (umask 077; openssl pkey -in {setting.key_file} -out {plain})
"""


def _indented(text: str) -> str:
    return "".join(f" {line}\n" for line in text.splitlines())


def _identifier(setting: Setting, what: str) -> uuid.UUID:
    """The same for the same certificates, so that an item is found again."""
    named = f"{setting.side}:{what}:{setting.own.leaf.sha256}:{setting.other.leaf.sha256}"
    return uuid.uuid5(uuid.NAMESPACE_URL, named)
