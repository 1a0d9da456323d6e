"""`python manage.py add_synthetic_persons`: made-up rows of the snapshot table for the demo, marked so; never patients."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.models import Snapshot
from partners.services.snapshots import add_synthetic_persons, build_snapshot


class Command(BaseCommand):
    help = "Puts made-up persons into the newest snapshot, building the first one where there is none. Does nothing where they are already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, default=20_000)
        parser.add_argument("--seed", type=int, default=18)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not Snapshot.objects.exists():
                build_snapshot()
            add_synthetic_persons(count=options["count"], seed=options["seed"])
        except ValueError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("the snapshot holds made-up persons")
