"""`manage.py evaluate_classifier retina|skin --csv FILE --root FOLDER --out DIR`: the production path on labelled photos; needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Judge a version: predictions.csv, metrics.json and plots."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", choices=["retina", "skin"])
        parser.add_argument("--csv", type=Path, required=True)
        parser.add_argument("--root", type=Path, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--limit", type=int)
        parser.add_argument("--card", type=Path, help="toml of the version to judge, its weights beside it; the live one where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.training.evaluate import card_to_judge, evaluate

        try:
            card = card_to_judge(options["programme"], options["card"])
            evaluate(options["programme"], card, options["csv"], options["root"], options["out"], options["limit"], self._say)
        except OSError as error:
            raise CommandError(f"cannot read {error.filename}: {error.strerror}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"written: predictions.csv, metrics.json and plots in {options['out']}")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)
