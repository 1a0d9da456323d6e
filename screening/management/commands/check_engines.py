"""`manage.py check_engines`: whether the engine this process was told to use computes what was released, on every golden picture."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from screening.classifiers import registry, retina, skin
from screening.classifiers.engine import EngineChoice, EngineFault, new_engine
from screening.classifiers.golden import prove


class Command(BaseCommand):
    help = "Hold ENGINE, ENGINE_DEVICE and ENGINE_PRECISION to the released logits of every version that reads; exits 1 where one is off."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        choice = EngineChoice(settings.ENGINE, settings.ENGINE_DEVICE, settings.ENGINE_PRECISION)
        try:
            for programme in (retina.PROGRAMME, skin.PROGRAMME):
                for card in (registry.live(programme), *registry.shadows(programme)):
                    prove(new_engine(card, choice), card, choice.precision)
                    self.stdout.write(f"{card.name}: {choice.kind} on {choice.device} in {choice.precision} computes what was released")
        except EngineFault as fault:
            raise CommandError(str(fault)) from None
