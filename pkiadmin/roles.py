"""Who may do what: the one table of roles. Everybody who is signed in may read the inventory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction


class Role(StrEnum):
    """The names are those of Django's groups."""

    ADMINISTRATOR = "administrator"
    CUSTODIAN = "custodian"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleAbout:
    """What people read about a role, and what it permits."""

    title: str
    says: str
    permissions: tuple[str, ...]


# Permissions that Django does not make by itself: the model they are filed under, and their name.
OWN_PERMISSIONS: dict[str, tuple[str, str]] = {
    "auth.manage_people": ("user", "Can manage people and their roles"),
    "audit.view_auditevent": ("auditevent", "Can read the audit log"),
    "certificates.import_certificates": ("certificate", "Can import certificates and CRLs"),
    "certificates.label_certificate": ("certificate", "Can label certificates"),
    "certificates.manage_keys": ("privatekey", "Can make, import and change keys"),
    "certificates.export_private_key": ("privatekey", "Can export private keys, encrypted"),
    "certificates.export_plain_key": ("privatekey", "Can export private keys without encryption"),
    "certificates.create_request": (
        "certificaterequest",
        "Can make requests and self-signed certificates, and attach replies",
    ),
    "endpoints.manage_endpoints": (
        "service",
        "Can describe services and accounts, rehearse, probe and prepare kits",
    ),
    "jobs.run_job": ("job", "Can run, cancel and repeat jobs"),
}

WORK = (
    "certificates.import_certificates",
    "certificates.label_certificate",
    "certificates.delete_certificate",
    "certificates.manage_keys",
    "certificates.create_request",
    "truststores.add_truststore",
    "truststores.change_truststore",
    "truststores.delete_truststore",
    "endpoints.manage_endpoints",
    "jobs.run_job",
)

KEYS_OUT = ("certificates.export_private_key", "certificates.export_plain_key")

ROLES: dict[Role, RoleAbout] = {
    Role.ADMINISTRATOR: RoleAbout(
        title="Administrator",
        says="Does everything, looks after people and reads the audit log.",
        permissions=(*WORK, *KEYS_OUT, "audit.view_auditevent", "auth.manage_people"),
    ),
    Role.CUSTODIAN: RoleAbout(
        title="Key custodian",
        says="Does what an operator does, and hands out private keys.",
        permissions=(*WORK, *KEYS_OUT),
    ),
    Role.OPERATOR: RoleAbout(
        title="Operator",
        says="Imports certificates, makes keys, changes trust stores and services, runs jobs.",
        permissions=WORK,
    ),
    Role.AUDITOR: RoleAbout(
        title="Auditor",
        says="Reads everything, the audit log included, and changes nothing.",
        permissions=("audit.view_auditevent",),
    ),
}


@transaction.atomic
def sync_roles() -> None:
    """Make Django's groups say what the table says, after migrations have made the models."""
    for code, (model, name) in OWN_PERMISSIONS.items():
        app_label, codename = code.split(".")
        Permission.objects.get_or_create(
            content_type=ContentType.objects.get_by_natural_key(app_label, model),
            codename=codename,
            defaults={"name": name},
        )
    for role, about in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([_permission(code) for code in about.permissions])


def _permission(code: str) -> Permission:
    app_label, codename = code.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


def role_of(user: User) -> Role | None:
    """The role of somebody; None for an account without one, who may only read."""
    named = user.groups.filter(name__in=[role.value for role in ROLES]).values_list(
        "name", flat=True
    )
    return Role(named[0]) if named else None


def give_role(user: User, role: Role) -> None:
    """Give somebody this role and no other."""
    user.groups.set([Group.objects.get(name=role.value)])
