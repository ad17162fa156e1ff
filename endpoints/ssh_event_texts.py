"""What lines of SSH and SFTP tell of, in words."""

from __future__ import annotations

from typing import Final

from endpoints.event_texts import EventText

SSH_EVENT_TEXTS: Final[dict[str, EventText]] = {
    "ssh.host_key_changed": EventText(
        "The server has another host key than before",
        "The client knows a host key for this name and was shown a different one: the server was set"
        " up anew, another machine answers, or somebody stands in between.",
        "Compare the fingerprint with the service's host key before anything else. Only when it is"
        " right, remove the old line from known_hosts (ssh-keygen -R).",
    ),
    "ssh.host_key_unknown": EventText(
        "The client does not know the server's host key",
        "There is no line for this name in known_hosts, and the client may not ask or add one.",
        "Give the client the service's known_hosts line, after comparing the fingerprint.",
    ),
    "ssh.host_key_shown": EventText(
        "The server showed its host key",
        "The line carries the fingerprint of a host key.",
        "Compare it with the host key of the service.",
    ),
    "ssh.no_host_key_type": EventText(
        "No host key type in common",
        "The server offers only host keys that the client no longer accepts; mostly ssh-rsa or"
        " ssh-dss, which OpenSSH has switched off since 8.8.",
        "Give the server an Ed25519 or ECDSA host key, or let it sign with rsa-sha2-256. Allowing"
        " ssh-rsa in the client (HostKeyAlgorithms +ssh-rsa) is the weaker way.",
    ),
    "ssh.no_common_algorithm": EventText(
        "No algorithm in common",
        "Client and server share no key exchange, cipher or MAC; one of them is much older.",
        "Update the older side, or allow one of the algorithms that the line names, for this host.",
    ),
    "ssh.login_refused": EventText(
        "The SSH login was refused",
        "The server accepted none of the keys that the client offered: the public key is not among"
        " the account's authorized keys, another key was sent, or the account is not the right one.",
        "Compare the fingerprint of the key that the client sends with the keys of the account.",
    ),
    "ssh.no_account": EventText(
        "The server does not know this account",
        "The name that logs in does not exist there, or may not log in.",
        "Compare the name letter by letter, capitals too.",
    ),
    "ssh.key_type_refused": EventText(
        "The key's signature algorithm is refused",
        "An RSA key was used with SHA-1 (ssh-rsa), which OpenSSH has switched off since 8.8. The key"
        " itself may be fine.",
        "Update the older side so that it signs with rsa-sha2-256, or use an Ed25519 key.",
    ),
    "ssh.file_modes": EventText(
        "A file may be read or changed by others",
        "SSH ignores keys and lists of keys to which others have access.",
        "chmod 600 for private keys and authorized_keys, 700 for .ssh, and no group write access to"
        " the home folder.",
    ),
    "ssh.key_format": EventText(
        "The private key file is not in a format that the program reads",
        "A PuTTY key for OpenSSH, an OpenSSH key for PuTTY or an old Java program, or a damaged file.",
        "Import the key here and export it in the format wanted.",
    ),
    "ssh.passphrase": EventText(
        "The key's passphrase is wrong or missing",
        "The private key is encrypted and could not be opened.",
        "Give the passphrase, or load the key into an agent.",
    ),
    "ssh.agent": EventText(
        "The agent did not sign",
        "The key is listed by the agent, and signing with it failed: locked, confirmation refused, or"
        " the private file does not belong to the public one.",
        "Load the key into the agent again.",
    ),
    "ssh.too_many_keys": EventText(
        "Too many keys were tried",
        "The client offered one key after the other until the server hung up (MaxAuthTries).",
        "Name the one key for this host (IdentityFile with IdentitiesOnly yes).",
    ),
    "ssh.closed": EventText(
        "The SSH server hung up at once",
        "It closed before SSH began: too many connections, a block list (fail2ban, hosts.deny), or no"
        " SSH server behind the port.",
        "Look into the server's log, and check address and port.",
    ),
    "ssh.not_ssh": EventText(
        "Something else than SSH was spoken",
        "The other side spoke another protocol to this port: FTP, HTTP or TLS.",
        "SFTP is SSH, usually port 22; FTPS is FTP with TLS, port 21 or 990.",
    ),
    "ssh.not_sftp": EventText(
        "SSH works, SFTP does not",
        "The account's login prints text of its own, or the server has no SFTP subsystem.",
        "Silence the login scripts of the account, and check the Subsystem line of the server.",
    ),
    "ssh.no_host_key": EventText(
        "The server could not load its host key",
        "The file is missing, or its rights are too open.",
        "Restore the host key, or make a new one and tell the partners its fingerprint.",
    ),
    "ssh.key_too_short": EventText(
        "The key is too short",
        "RSA keys below the server's minimum (1024 or 2048 bits) are refused.",
        "Make a new key: Ed25519, or RSA 3072.",
    ),
}
