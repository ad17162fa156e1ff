from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pki.errors import KekUnusable
from pkiadmin.key_check import check_kek, sentence


class Command(BaseCommand):
    help = "Check that the key-encryption key is the one this database was sealed with."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check_kek()
        except KekUnusable as error:
            raise CommandError(sentence(error)) from None
        self.stdout.write("The key-encryption key is the right one.")
