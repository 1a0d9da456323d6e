"""`manage.py evaluate_classifier retina|skin --csv FILE --root FOLDER --out DIR`: the production path on labelled photos; needs no database."""

from pathlib import Path

from screening.classifiers.registry import ModelCard
from screening.management.commands._judging import JudgingCommand


class Command(JudgingCommand):
    help = "Judge a version: predictions.csv, metrics.json and plots."
    written = "predictions.csv, metrics.json and plots"

    def judge(self, programme: str, card: ModelCard, table: Path, root: Path, out: Path, limit: int | None) -> None:
        from screening.training.evaluate import evaluate

        evaluate(programme, card, table, root, out, limit, self.say)
