"""`python manage.py ensure_reading_centre`: make the organisation that owns every step whose patient chose no other clinic."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services.staff import ensure_reading_centre


class Command(BaseCommand):
    help = "Makes the default reading centre once; its name stands in the sharing consent. Production must name it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name-zh", default="")
        parser.add_argument("--name-en", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        name_zh, name_en = options["name_zh"], options["name_en"]
        if settings.PRODUCTION and not (name_zh and name_en):
            raise CommandError("Name the reading centre: --name-zh and --name-en.")
        centre = ensure_reading_centre(name_zh=name_zh or "示范阅片中心", name_en=name_en or settings.READING_CENTRE_NAME)
        self.stdout.write(f"reading centre: {centre.name_zh} / {centre.name_en}")
