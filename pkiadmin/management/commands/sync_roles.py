from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from pkiadmin.roles import sync_roles


class Command(BaseCommand):
    help = "Make the groups and permissions say what the table in pkiadmin/roles.py says."

    def handle(self, *args: Any, **options: Any) -> None:
        sync_roles()
        self.stdout.write("The roles are those of the table.")
