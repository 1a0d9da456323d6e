"""What the two commands that judge a version ask alike: which photos with which labels, below which folder, written where."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from screening.classifiers.registry import ModelCard


class JudgingCommand(BaseCommand):
    """A version, a table of labels, and what is written of them; what cannot be read is one sentence."""

    requires_system_checks: list[str] = []
    written: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", choices=["retina", "skin"])
        parser.add_argument("--csv", type=Path, required=True)
        parser.add_argument("--root", type=Path, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--limit", type=int)
        parser.add_argument("--card", type=Path, help="toml of the version to judge, its weights beside it; the live one where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.training.evaluate import card_to_judge

        try:
            card = card_to_judge(options["programme"], options["card"])
            self.judge(options["programme"], card, options["csv"], options["root"], options["out"], options["limit"])
        except OSError as error:
            raise CommandError(f"cannot read {error.filename}: {error.strerror}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"written: {self.written} in {options['out']}")

    def judge(self, programme: str, card: ModelCard, table: Path, root: Path, out: Path, limit: int | None) -> None:
        """Do the work. Raises OSError and ValueError."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Progress, beside the output."""
        self.stderr.write(sentence)
