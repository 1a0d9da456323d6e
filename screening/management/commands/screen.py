"""`manage.py screen PHOTO --kind retina --eye OD` or `--kind skin`: one photo through the pipeline of the service, from the command line."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import Patient
from core import clock
from core.problems import Problem
from screening.classifiers import retina, skin
from screening.classifiers.rows import evaluation_row, skin_row
from screening.models import Laterality, Reading
from screening.rules.quality import retake_instruction, skin_instruction
from screening.services.intake import accept_photo
from screening.services.reading import read_queued
from screening.services.storage import store_original


class Command(BaseCommand):
    help = "Read one photo; with --patient it is stored and followed like any other, without it nothing is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("photo", type=Path)
        parser.add_argument("--kind", choices=["retina", "skin"], required=True)
        parser.add_argument("--eye", choices=Laterality.values, help="which eye, for a retina photo")
        parser.add_argument("--patient", help="id of the patient whose photo it is")
        parser.add_argument("--json", action="store_true", help="print one line of JSON, last")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["kind"] == "retina") != bool(options["eye"]):
            raise CommandError("a retina photo needs --eye, a skin photo has none")
        if options["kind"] == "skin" and options["patient"]:
            raise CommandError("a skin photo is kept with its six questions only: use the pages or the API")
        try:
            photo = options["photo"].read_bytes()
        except OSError as error:
            raise CommandError(f"cannot read {options['photo']}: {error.strerror}") from None
        row = _kept(photo, options) if options["patient"] else _passing(photo, options["kind"])
        row = {"file": options["photo"].name} | row
        if options["json"]:
            self.stdout.write(json.dumps(row, ensure_ascii=False))
            return
        for name, value in row.items():
            self.stdout.write(f"{name:22} {value}")
        if row["outcome"] in ("retake", "refused"):
            reason = str(row["reason"])
            instruction = skin_instruction(reason) if options["kind"] == "skin" else retake_instruction(reason, "operator")
            if instruction:
                self.stdout.write(instruction.text("en"))
        self.stdout.write(_("AI screening reference, not a diagnosis; it does not replace an examination."))


def _passing(photo: bytes, kind: str) -> dict[str, object]:
    started = perf_counter()
    found = skin.read_photo(photo) if kind == "skin" else retina.read_photo(photo)
    row = skin_row if kind == "skin" else evaluation_row
    return row(found, round((perf_counter() - started) * 1000))


def _kept(photo: bytes, options: dict[str, Any]) -> dict[str, object]:
    patient = Patient.objects.filter(pk=options["patient"]).first()
    if patient is None:
        raise CommandError("no such patient")
    try:
        accepted = accept_photo(
            patient=patient,
            by=None,
            upload=store_original(photo),
            kind=options["kind"],
            laterality=options["eye"],
            taken_at=clock.now(),
        )
    except Problem as problem:
        raise CommandError(f"{problem.code}: {problem.detail}") from None
    read_queued()
    reading: Reading = accepted.photo.readings.get()
    print(f"photo {accepted.photo.pk}", file=sys.stderr)
    return {
        "outcome": reading.outcome,
        "reason": reading.reason,
        "quality": reading.quality,
        "p_reject": reading.p_reject,
        **{name: reading.probabilities.get(name) for name in ("p_any_dr", "p_referable", "p_sight_threatening")},
        "grade": reading.grade,
        "referable": reading.referable,
        "set_photo": ";".join(map(str, reading.grade_set)),
        "model_version": reading.model_version,
        "milliseconds": reading.milliseconds,
    }
