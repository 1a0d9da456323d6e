"""`python manage.py add_clinician HANDLE NAME [--specialty skin] [--on-duty]`: a clinician of the default reading centre; asks for the password."""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Membership
from accounts.selectors import default_reading_centre
from accounts.services.staff import ensure_clinician

PASSWORD_LENGTH = 12


class Command(BaseCommand):
    help = "Adds a clinician to the default reading centre, or sets a known one's password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("handle")
        parser.add_argument("name")
        parser.add_argument("--specialty", choices=Membership.Specialty.values, default=Membership.Specialty.EYE, help="what she signs")
        parser.add_argument("--on-duty", action="store_true", help="answers for her specialty's queue if nobody does yet")

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass("Password: ")
        if len(password) < PASSWORD_LENGTH:
            raise CommandError(f"The password needs {PASSWORD_LENGTH} characters.")
        ensure_clinician(
            organisation=default_reading_centre(),
            handle=options["handle"],
            name=options["name"],
            password=password,
            on_duty=options["on_duty"],
            specialty=options["specialty"],
        )
        self.stdout.write(f"{options['handle']} works at the reading centre")
