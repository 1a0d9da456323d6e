"""`manage.py measure_stability retina|skin --csv FILE --root FOLDER --out DIR`: changed and spoiled photos through the production path."""

from functools import partial
from pathlib import Path

from screening.classifiers.registry import ModelCard
from screening.management.commands._judging import JudgingCommand


class Command(JudgingCommand):
    help = "How often a harmless change turns the decision, and how often the gate names what spoiled a photo: stability.json."
    written = "stability.json"

    def judge(self, programme: str, card: ModelCard, table: Path, root: Path, out: Path, limit: int | None) -> None:
        from screening.training.evaluate import PROGRAMMES
        from screening.training.stability import measure_stability

        measure_stability(programme, partial(PROGRAMMES[programme].read_photo, card=card), table, root, out, limit, self.say)
