from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pki.errors import KekUnusable
from pkiadmin.kek_rotation import rotate_to
from pkiadmin.key_check import sentence


class Command(BaseCommand):
    """Rotate the key-encryption key while the console goes on."""

    help = (
        "Wraps every data key with another key-encryption key. Nothing has to stop meanwhile; "
        "killed at any point, the same command goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            required=True,
            type=Path,
            metavar="FILE",
            help="the new key: 32 bytes in base64, mode 0400; made where there is none",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotate_to(options["to"])
        except KekUnusable as error:
            raise CommandError(sentence(error)) from None
        self.stdout.write(f"{done.rewrapped} sealed values were wrapped with the new key.")
        for name in done.broken:
            self.stderr.write(f"Left as it is, because no key that is here opens it: {name}")
        source = settings.KEK_SOURCE
        if source.is_file:
            self.stdout.write(f"The new key lies in {source.file}; the old one beside it, retired.")
        else:
            self.stdout.write(
                f"Now give the content of {options['to']} where the old key came from, and restart "
                "every process."
            )
        if done.broken:
            raise CommandError("Some values were damaged before; the log above names them.")
