"""A child is registered: her record under her guardian, and the sex that growth is compared by."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from accounts.models import Organisation, Patient, User
from accounts.services.guardians import RegisteredChild, register_child
from core import clock
from screening.models import Fact
from screening.services.facts import Answer, record_facts

SEX = "sex"
SEXES = ("F", "M")


@transaction.atomic
def register_child_at_store(
    *,
    guardian: Patient,
    name: str,
    birth_date: date,
    sex: str,
    relation: str,
    verified: str,
    child_agrees: bool,
    purposes: Collection[str],
    store: Organisation,
    by: User,
) -> RegisteredChild:
    """`accounts.services.guardians.register_child`, and her sex (F or M) once. Raises what that raises."""
    registered = register_child(
        guardian=guardian,
        name=name,
        birth_date=birth_date,
        relation=relation,
        verified=verified,
        child_agrees=child_agrees,
        purposes=purposes,
        store=store,
        by=by,
    )
    if not Fact.objects.filter(patient=registered.child, code=SEX, value=sex).exists():
        told_on = clock.today(registered.child.zone)
        record_facts(patient=registered.child, answers=[Answer(SEX, sex, told_on)], source=Fact.Source.STAFF, by=by)
    return registered
