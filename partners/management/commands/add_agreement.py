"""`python manage.py add_agreement`: an agreement with a partner, and the credentials of its first program."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from partners.services.agreements import add_agreement, add_client


class Command(BaseCommand):
    help = "Makes an agreement in force from now on and one program for it; prints the program's secret once, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", required=True)
        parser.add_argument("--purpose", required=True)
        parser.add_argument("--until", type=datetime.fromisoformat, help="A day; a year from now if left out.")
        parser.add_argument("--network", action="append", required=True, help="CIDR, repeatable: where its programs call from.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        until = options["until"].replace(tzinfo=UTC) if options["until"] else now + timedelta(days=365)
        if until <= now:
            raise CommandError("The agreement would end before it begins.")
        try:
            agreement = add_agreement(
                partner=options["partner"], purpose=options["purpose"], starts_at=now, ends_at=until, networks=options["network"]
            )
        except ValueError as refusal:
            raise CommandError(str(refusal)) from None
        found = add_client(agreement=agreement)
        self.stdout.write(json.dumps({"agreement": str(agreement.pk), "client_id": found.client_id, "client_secret": found.client_secret}))
