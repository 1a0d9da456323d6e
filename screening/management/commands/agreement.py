"""`manage.py agreement retina|skin --with 0.3`: how far a shadow version agrees with the live one, as JSON; photos by id, no person."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from screening.agreement import agreement
from screening.classifiers import registry, retina, skin
from screening.shadow_pairs import shadow_pairs

_CODES = {"retina": retina.PROGRAMME, "skin": skin.PROGRAMME}


class Command(BaseCommand):
    help = "Compare a shadow version with what the live one said of the same photos."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", choices=list(_CODES))
        parser.add_argument("--with", required=True, dest="version", help="number of the shadow version")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = _CODES[options["programme"]]
        names = {"programme": programme, "live_now": registry.live(programme).version, "shadow": options["version"]}
        report = agreement(shadow_pairs(programme, options["version"]))
        self.stdout.write(json.dumps(names | report, indent=1))
