"""`manage.py build_engines`: the engine file of every live programme, made from its weights and proven on golden photos."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from screening.classifiers import registry
from screening.classifiers.retina import PROGRAMME as RETINA
from screening.classifiers.skin import PROGRAMME as SKIN

GOLDEN_PHOTOS = {RETINA: "retina", SKIN: "skin"}
"""Folder below dev/samples of each programme."""


class Command(BaseCommand):
    help = "Make the engine files that the reading workers run (some seconds; imports torch)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.classifiers.export import build_engine

        for programme, folder in GOLDEN_PHOTOS.items():
            built = build_engine(registry.live(programme), Path(settings.BASE_DIR) / "dev" / "samples" / folder)
            self.stdout.write(f"built {built.name}")
