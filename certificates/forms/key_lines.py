from __future__ import annotations

import re
import secrets

from django import forms

from certificates.key_texts import error_said
from pki.key_faces import SSH_PORT, BadKeyLine, authorized_keys_line, known_hosts_line

_SALT_BYTES = 20
_MOST_HOSTS = 50


class KnownHostsForm(forms.Form):
    """For which hosts a `known_hosts` line is wanted."""

    hosts = forms.CharField(
        max_length=2000,
        label="Hosts",
        widget=forms.TextInput(
            attrs={"placeholder": "sftp.example.com, 192.0.2.7", "autocomplete": "off"}
        ),
    )
    port = forms.IntegerField(min_value=1, max_value=65535, initial=SSH_PORT, required=False)
    hashed = forms.BooleanField(required=False, label="Hide the names")

    def clean_hosts(self) -> list[str]:
        hosts = [word for word in re.split(r"[\s,;]+", self.cleaned_data["hosts"]) if word]
        if len(hosts) > _MOST_HOSTS:
            raise forms.ValidationError(f"At most {_MOST_HOSTS} hosts.")
        return hosts

    def to_lines(self, spki: bytes) -> list[str]:
        """The line, or one for each host where names are hidden; none with an error of the form."""
        told = self.cleaned_data
        port = told["port"] or SSH_PORT
        groups = [[host] for host in told["hosts"]] if told["hashed"] else [told["hosts"]]
        try:
            return [
                known_hosts_line(
                    spki,
                    hosts,
                    port=port,
                    salt=secrets.token_bytes(_SALT_BYTES) if told["hashed"] else b"",
                )
                for hosts in groups
            ]
        except BadKeyLine as error:
            self.add_error("hosts", error_said(error)[0])
            return []


class AuthorizedKeysForm(forms.Form):
    """With which comment and options an `authorized_keys` line is wanted."""

    comment = forms.CharField(
        max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    options = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.TextInput(
            attrs={"placeholder": 'restrict,from="192.0.2.0/24"', "autocomplete": "off"}
        ),
    )

    def to_line(self, spki: bytes) -> str:
        """The line; empty with an error of the form."""
        told = self.cleaned_data
        try:
            return authorized_keys_line(
                spki, comment=told["comment"], options=_options(told["options"])
            )
        except BadKeyLine as error:
            part = str(error.data.get("part"))
            self.add_error("options" if part == "option" else "comment", error_said(error)[0])
            return ""


def _options(text: str) -> list[str]:
    """Options separated by commas that stand outside quotes."""
    return [part for part in re.findall(r'(?:[^,"]|"(?:\\.|[^"\\])*"|")+', text.strip()) if part]
