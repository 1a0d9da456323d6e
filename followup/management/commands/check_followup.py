"""`manage.py check_followup`: is anybody lost?"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from followup.invariants import INVARIANTS, Moment

SHOWN = 5


class Command(BaseCommand):
    help = "Print every invariant of the follow-up with the number of those for whom it does not hold; exit 1 when there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=int, default=30, help="how long a photo or a reminder may wait before it counts as stuck")

    def handle(self, *_: Any, **options: Any) -> None:
        moment = Moment(now=clock.now(), patience=timedelta(minutes=options["minutes"]))
        total = 0
        for name, (sentence, check) in INVARIANTS.items():
            lost = [str(patient) for patient in check(moment)]
            total += len(lost)
            shown = f": {', '.join(lost[:SHOWN])}" if lost else ""
            self.stdout.write(f"{'LOST' if lost else 'ok':4} {len(lost):6} {name} ({sentence}){shown}")
        if total:
            raise CommandError(f"{total} broken promises; patients are named above by their ids.", returncode=1)
        self.stdout.write("Nobody is lost.")
