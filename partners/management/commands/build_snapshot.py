"""`python manage.py build_snapshot`: the snapshot that partners ask about; once a quarter at most."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.services.snapshots import TooSoon, build_snapshot


class Command(BaseCommand):
    help = "Writes the snapshot of research-consented persons. Every snapshot is fresh noise about the same people, hence four a year at most."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            snapshot = build_snapshot()
        except TooSoon as refusal:
            raise CommandError(str(refusal)) from None
        # How many persons it holds is a partner's question like any other.
        self.stdout.write(f"snapshot of {snapshot.built_at:%Y-%m-%d}")
