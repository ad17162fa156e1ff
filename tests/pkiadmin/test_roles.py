from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User

from pkiadmin.roles import ROLES, Role, give_role, role_of, sync_roles

pytestmark = pytest.mark.django_db


def test_every_permission_of_the_table_exists_after_the_step() -> None:
    sync_roles()
    for role, about in ROLES.items():
        group = Group.objects.get(name=role.value)
        has = {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in group.permissions.select_related("content_type")
        }
        assert has == set(about.permissions)


def test_the_step_takes_away_what_the_table_does_not_give() -> None:
    sync_roles()
    Group.objects.get(name="auditor").permissions.add(Permission.objects.get(codename="run_job"))
    sync_roles()
    user = User.objects.create_user("a")
    give_role(user, Role.AUDITOR)
    assert not user.has_perm("jobs.run_job")


def test_a_new_role_takes_the_place_of_the_old() -> None:
    sync_roles()
    user = User.objects.create_user("a")
    give_role(user, Role.ADMINISTRATOR)
    give_role(user, Role.AUDITOR)
    assert role_of(user) is Role.AUDITOR
    assert not User.objects.get(pk=user.pk).has_perm("auth.manage_people")
