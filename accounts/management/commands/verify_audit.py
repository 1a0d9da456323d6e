"""`python manage.py verify_audit`: prove the sealed part of the audit and report the unsealed tail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit


class Command(BaseCommand):
    help = "Computes every audit seal anew; exits 1 when one no longer fits what it sealed."

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit.verify()
        self.stdout.write(f"seals: {found.seals}  sealed events: {found.sealed}  unsealed tail: {found.unsealed}")
        self.stdout.write(f"last seal: {found.last_digest or 'none'}")
        if not found.is_intact:
            raise CommandError(f"broken seals: {', '.join(map(str, found.broken))}")
        self.stdout.write("the audit is intact")
