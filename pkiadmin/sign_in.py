"""Who is behind a request, and what they may do: as allauth finds out, with two questions less."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.db.models import Model

_PERMISSIONS = """
    SELECT type.app_label, permission.codename
    FROM auth_permission permission
    JOIN django_content_type type ON type.id = permission.content_type_id
    WHERE permission.id IN (
        SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %s
        UNION
        SELECT of_group.permission_id
        FROM auth_group_permissions of_group
        JOIN auth_user_groups member ON member.group_id = of_group.group_id
        WHERE member.user_id = %s
    )
"""


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Finds people and their permissions, each once for a request."""

    def get_user(self, user_id: int) -> User | None:
        """With their one-time password, which every request is asked about."""
        found = User.objects.select_related("one_time_password").filter(pk=user_id).first()
        return found if found is not None and self.user_can_authenticate(found) else None

    def get_all_permissions(
        self, user_obj: User | AnonymousUser, obj: Model | None = None
    ) -> set[str]:
        """Somebody's own and those of their groups, which Django asks for apart."""
        if not user_obj.is_active or user_obj.is_superuser or obj is not None:
            found: set[str] = super().get_all_permissions(user_obj, obj)
            return found
        # Kept where Django keeps and looks for them: on the person, for one request.
        held: set[str] | None = vars(user_obj).get("_perm_cache")
        if held is None:
            with connection.cursor() as cursor:
                cursor.execute(_PERMISSIONS, [user_obj.pk, user_obj.pk])
                held = {f"{app}.{codename}" for app, codename in cursor.fetchall()}
            vars(user_obj)["_perm_cache"] = held
        return held
