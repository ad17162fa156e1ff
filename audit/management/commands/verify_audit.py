from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services.verify_audit import verify_audit


class Command(BaseCommand):
    help = (
        "Verify the audit log; names the number of the first event that is not as it was written."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_audit()
        if verdict.first_bad is not None:
            raise CommandError(
                f"The audit log is not whole: number {verdict.first_bad}: {verdict.why}."
            )
        self.stdout.write(f"The audit log is whole: {verdict.verified} events.")
        if verdict.last_mac:
            # Who keeps this line elsewhere can prove later that nothing before it was cut off.
            self.stdout.write(f"Last: number {verdict.verified}, MAC {verdict.last_mac}.")
