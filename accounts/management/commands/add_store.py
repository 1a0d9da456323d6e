"""`python manage.py add_store NAME_ZH NAME_EN HANDLE STAFF_NAME`: a store and a member of its staff; the password is read from the terminal."""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.commands.add_clinician import PASSWORD_LENGTH
from accounts.services.staff import ensure_store, ensure_store_staff


class Command(BaseCommand):
    help = "Adds a store, or staff to a known one (by its Chinese name), or sets a known handle's password."

    def add_arguments(self, parser: CommandParser) -> None:
        for argument in ("name_zh", "name_en", "handle", "staff_name"):
            parser.add_argument(argument)

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass("Password: ")
        if len(password) < PASSWORD_LENGTH:
            raise CommandError(f"The password needs {PASSWORD_LENGTH} characters.")
        store = ensure_store(name_zh=options["name_zh"], name_en=options["name_en"])
        ensure_store_staff(store=store, handle=options["handle"], name=options["staff_name"], password=password)
        self.stdout.write(f"{options['handle']} works at {store.name_zh}")
