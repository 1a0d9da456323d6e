"""`manage.py measure_stability retina|skin --csv FILE --root FOLDER --out DIR`: changed and spoiled photos through the production path."""

from argparse import ArgumentParser
from functools import partial
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
        parser.add_argument("--card", type=Path, help="toml of the version to measure, its weights beside it; the live one where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.training.evaluate import PROGRAMMES, card_to_judge
        from screening.training.stability import measure_stability

        programme = options["programme"]
        try:
            card = card_to_judge(programme, options["card"])
            read_photo = partial(PROGRAMMES[programme].read_photo, card=card)
            measure_stability(programme, read_photo, options["csv"], options["root"], options["out"], options["limit"], self._say)
        except OSError as error:
            raise CommandError(f"cannot read {error.filename}: {error.strerror}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"written: stability.json in {options['out']}")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)
