from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def actor_of(request: HttpRequest) -> User:
    """Who is signed in; every address of this app asks for somebody."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
