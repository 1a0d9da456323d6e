"""`manage.py train_classifier retina|skin --data FOLDER`: train and release a version; needs no database."""

import logging
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from screening.classifiers.registry import WEIGHTS


class Command(BaseCommand):
    help = "Train a programme's classifier; an interrupted run goes on from its checkpoint in --work."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", choices=["retina", "skin"])
        parser.add_argument("--data", type=Path, required=True, help="folder that holds fundus/ and skin/")
        parser.add_argument("--release", default="dev", help="number of the released version, e.g. 0.2")
        parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the released files go")
        parser.add_argument("--work", type=Path, default=Path(settings.BASE_DIR) / "var" / "train", help="crops and checkpoints")
        parser.add_argument("--minutes", type=float, help="how long the fine-tune lasts, the clock's minutes; 78 for the retina, 60 for the skin")
        parser.add_argument("--px", type=int, help="side that is learned and served, a multiple of 32; 352 for the retina, 320 for the skin")
        parser.add_argument("--start", help="released version whose weights the fine-tune begins with; ImageNet's where not given")
        parser.add_argument("--leave-out", help="source that teaches nothing, with all its copies: odir, eyepacs or aptos; pad-ufes or milk10k")
        parser.add_argument("--commercial", action="store_true", help="leave out what is under non-commercial terms")

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.training.course import Request
        from screening.training.skin.train import train_skin
        from screening.training.train import train_retina

        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
        golden = Path(settings.BASE_DIR) / "dev" / "samples" / options["programme"]
        asked = Request(golden=golden, **{field.name: options[field.name] for field in fields(Request) if field.name != "golden"})
        card = {"retina": train_retina, "skin": train_skin}[options["programme"]](asked)
        self.stdout.write(f"released {card}; now run build_engines")
