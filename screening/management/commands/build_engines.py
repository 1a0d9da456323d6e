"""`manage.py build_engines`: the engine file of every version that reads, made from its weights and proven on golden photos."""

from typing import Any

from django.core.management.base import BaseCommand

from screening.classifiers import registry
from screening.classifiers.retina import PROGRAMME as RETINA
from screening.classifiers.skin import PROGRAMME as SKIN


class Command(BaseCommand):
    help = "Make the engine files that the reading workers run (some seconds; imports torch)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from screening.classifiers.export import build_engine

        for programme in (RETINA, SKIN):
            for card in (registry.live(programme), *registry.shadows(programme)):
                self.stdout.write(f"built {build_engine(card).name}")
