"""Keys and files as the real tools make them: openssl, ssh-keygen, puttygen."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PASSPHRASE = "correct horse é"

needs_puttygen = pytest.mark.skipif(
    shutil.which("puttygen") is None, reason="puttygen (putty-tools) is not installed"
)


def run(*command: str | Path, data: bytes = b"") -> bytes:
    """The standard output of a tool that must succeed."""
    done = subprocess.run(
        [str(word) for word in command], input=data, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, (command, done.stderr.decode(errors="replace"))
    return done.stdout


OPENSSL_ALGORITHMS: dict[str, tuple[str, ...]] = {
    "RSA-2048": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "P-256": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "P-384": ("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "P-521": ("EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
    "Ed25519": ("ED25519",),
    "Ed448": ("ED448",),
}
SSH_ALGORITHMS: dict[str, tuple[str, ...]] = {
    "RSA-2048": ("-t", "rsa", "-b", "2048"),
    "P-256": ("-t", "ecdsa", "-b", "256"),
    "P-384": ("-t", "ecdsa", "-b", "384"),
    "P-521": ("-t", "ecdsa", "-b", "521"),
    "Ed25519": ("-t", "ed25519"),
    "DSA-1024": ("-t", "dsa"),
}


class Workshop:
    """A folder in which each key is made once and then written in whatever form is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def openssl_key(self, algorithm: str) -> Path:
        """A PKCS#8 PEM file made by `openssl genpkey`."""
        path = self.folder / f"{algorithm}.pem"
        if not path.exists():
            run("openssl", "genpkey", "-algorithm", *OPENSSL_ALGORITHMS[algorithm], "-out", path)
        return path

    def ssh_key(self, algorithm: str, passphrase: str = "") -> Path:
        """An OpenSSH file made by `ssh-keygen`, its `.pub` beside it."""
        path = self.folder / f"ssh-{algorithm}{'-enc' if passphrase else ''}"
        if not path.exists():
            if passphrase:
                plain = self.ssh_key(algorithm)
                shutil.copy(plain, path)
                shutil.copy(f"{plain}.pub", f"{path}.pub")
                run("ssh-keygen", "-q", "-p", "-P", "", "-N", passphrase, "-f", path)
            else:
                options = (*SSH_ALGORITHMS[algorithm], "-N", "", "-C", "a person@host")
                run("ssh-keygen", "-q", *options, "-f", path)
        return path

    def putty_key(self, algorithm: str, *, passphrase: str = "", parameters: str = "") -> Path:
        """A PuTTY file of the same key, made by `puttygen`."""
        path = self.folder / f"{algorithm}-{bool(passphrase)}-{parameters}.ppk"
        if not path.exists():
            words = self.folder / "new-passphrase"
            words.write_text(passphrase)
            source: tuple[str | Path, ...] = ("-t", "ed448")
            if algorithm != "Ed448":
                source = (self.ssh_key(algorithm),)
            run(
                *(
                    "puttygen",
                    *source,
                    "-q",
                    "-O",
                    "private",
                    "-o",
                    path,
                    "--new-passphrase",
                    words,
                ),
                *(("--ppk-param", parameters) if parameters else ()),
            )
        return path

    def spki(self, key: Path) -> bytes:
        """The public key as openssl sees it."""
        return run("openssl", "pkey", "-in", key, "-pubout", "-outform", "DER")

    def ssh_fingerprint(self, public: Path, digest: str) -> str:
        """The fingerprint of a `.pub` file as `ssh-keygen` prints it."""
        return run("ssh-keygen", "-l", "-E", digest, "-f", public).decode().split()[1]
