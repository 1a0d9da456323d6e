"""`python manage.py demo_world [--reset]`: what happened to the demo's people – a family, a store's day, a clinic's queue, a partner's questions."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import own_data
from accounts.models import Consent, Membership, Organisation, Patient, User
from core import clock
from dev.demo.clinic import fill_queue
from dev.demo.family import follow_grandmother, measure_child
from dev.demo.partner import demo_agreement, forget, spend_half
from dev.demo.shop import spend_day
from followup.services.sweep import reconcile_stale
from screening.models import Encounter
from screening.services.reports import compose_due


class Command(BaseCommand):
    help = "Plays the demo's past through the real services, once. Needs demo_people and the engine files. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="erase everything of the demo's people first")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo world does not exist in production.")
        logins = {user.handle: user for user in User.objects.filter(is_demo=True)}
        if "demo" not in logins:
            raise CommandError("Run demo_people first.")
        if options["reset"]:
            _erase(logins["pharma.lin"])
            call_command("demo_people", stdout=StringIO())
            logins = {user.handle: user for user in User.objects.filter(is_demo=True)}
        if Encounter.objects.filter(patient__is_demo=True).exists():
            self.stdout.write("The demo world is there; --reset makes it anew.")
            return
        _play(logins)
        self.stdout.write("The demo world is there.")


def _play(logins: dict[str, User]) -> None:
    staff = logins["shop.li"]
    store = Organisation.objects.get(memberships__user=staff)
    _have_been_here(since=clock.now() - timedelta(days=400))
    grandmother, mother = (Patient.objects.get(user=logins[handle]) for handle in ("demo", "demo.mother"))
    follow_grandmother(grandmother, logins["dr.wang"])
    measure_child(mother, store, staff)
    spend_day(store, staff)
    fill_queue()
    # Who sent one eye alone waited half an hour for the other.
    compose_due()
    # What is told of the past is older than a day, and so the failsafe has seen it.
    reconcile_stale()
    spend_half(demo_agreement(logins["pharma.lin"]))


def _have_been_here(*, since: datetime) -> None:
    """Whoever signs in has been here longer than what is told of her."""
    Membership.objects.filter(user__is_demo=True).update(starts_at=since)
    Consent.objects.filter(patient__is_demo=True).update(given_at=since)
    Patient.objects.filter(is_demo=True).update(created_at=since)


def _erase(researcher: User) -> None:
    """Everybody made up, children first, since their guardians decide for them; staff and the partner stay."""
    forget(demo_agreement(researcher))
    for has_no_login in (True, False):
        for patient in Patient.objects.filter(is_demo=True, user__isnull=has_no_login):
            own_data.erase_patient(patient)
