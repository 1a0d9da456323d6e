"""`manage.py measure_stability retina|skin --csv FILE --root FOLDER --out DIR`: changed and spoiled photos through the production path."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "How often a harmless change turns the decision, and how often the gate names what spoiled a photo: stability.json."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", choices=["retina", "skin"])
        parser.add_argument("--csv", type=Path, required=True)
        parser.add_argument("--root", type=Path, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--limit", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.classifiers import retina, skin
        from screening.training.stability import measure_stability

        read_photo = {"retina": retina.read_photo, "skin": skin.read_photo}[options["programme"]]
        try:
            measure_stability(options["programme"], read_photo, options["csv"], options["root"], options["out"], options["limit"], self._say)
        except OSError as error:
            raise CommandError(f"cannot read {error.filename}: {error.strerror}") from None
        self.stdout.write(f"written: stability.json in {options['out']}")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)
