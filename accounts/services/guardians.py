"""A guardian registers her child at a store's counter: the child has no login, the guardian decides until she is 18."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.consent_texts import SHARE_STORE
from accounts.events import patient_registered
from accounts.models import Guardianship, Organisation, Patient, User
from accounts.rules.age import youngest_age
from accounts.rules.guardianship import ADULT, ASKED_FROM, coming_of_age, must_agree
from accounts.selectors import children_of, shares_with_store, stores_of
from accounts.services.consent import CARE, give_consents
from core import clock
from core.problems import Problem

NAME_LENGTH = 40
NEEDED = frozenset({CARE, SHARE_STORE})
PURPOSES = (CARE, SHARE_STORE, "share_clinic", "reminder_wechat")
"""What a guardian is asked for a child. No program reads a child's photo, so automatic reading is not."""


@dataclass(frozen=True)
class RegisteredChild:
    """`is_new` is False where the guardian had registered this child before."""

    child: Patient
    is_new: bool


@transaction.atomic
def register_child(
    *,
    guardian: Patient,
    name: str,
    birth_date: date,
    relation: str,
    verified: str,
    child_agrees: bool,
    purposes: Collection[str],
    store: Organisation,
    by: User,
) -> RegisteredChild:
    """Make the child's record under her guardian and note what the guardian agreed to before this member of staff.

    The same name and birth date under the same guardian is the same child: she is given back, and what was ticked now is added. Raises Http404
    where `by` is not staff of the store or the guardian does not share with it; Problem `name_missing`, `birth_implausible`, `not_a_child`,
    `relation_unknown`, `child_must_agree` (from 8 years on she is asked herself) or `guardian_must_agree` (without care and sharing with the
    store nothing can be measured there).
    """
    own = stores_of(by).filter(pk=store.pk)
    decider = guardian.user
    if decider is None or not own.exists() or not shares_with_store(guardian, own):
        raise Http404
    called = " ".join(name.split())
    if not 1 <= len(called) <= NAME_LENGTH:
        raise Problem("name_missing", _("Please write the child's name, at most 40 characters."), status_code=422, pointer="/name")
    age = _age(birth_date, guardian.zone)
    if relation not in Guardianship.Relation.values or verified not in Guardianship.Verified.values:
        raise Problem("relation_unknown", _("Please say who she is to the child, and how you saw it."), status_code=422, pointer="/relation")
    if must_agree(age) and not child_agrees:
        raise Problem("child_must_agree", _("From 8 years on the child is asked too."), status_code=422, pointer="/child_agrees", limit=ASKED_FROM)
    if not NEEDED <= set(purposes) <= set(PURPOSES):
        raise Problem(
            "guardian_must_agree",
            _("Without the guardian's yes to care and to sharing with this store nothing can be measured here."),
            status_code=422,
            pointer="/purposes",
        )
    # The guardian's row is the lock: two counters at once register one child.
    Patient.objects.select_for_update().get(pk=guardian.pk)
    known = next((child for child in children_of(decider).filter(birth_date=birth_date) if child.name.casefold() == called.casefold()), None)
    child = known or _make(guardian, decider, called, birth_date, relation, verified, by)
    give_consents(patient=child, purposes=purposes, by=decider, language=guardian.language, store=store, witness=by)
    audit.record("agree_as_child", actor=by, subject=child, patient=child, asked=must_agree(age), agrees=child_agrees, age=age)
    return RegisteredChild(child, known is None)


def _age(birth_date: date, zone: str) -> int:
    today = clock.today(zone)
    if birth_date > today or birth_date.year < 1900:
        raise Problem("birth_implausible", _("This birth date cannot be right."), status_code=422, pointer="/birth_date")
    age = youngest_age(today, birth_date=birth_date, birth_year=None)
    if age >= ADULT:
        raise Problem("not_a_child", _("From 18 years on she registers herself."), status_code=422, pointer="/birth_date", limit=ADULT)
    return age


def _make(guardian: Patient, decider: User, name: str, birth_date: date, relation: str, verified: str, by: User) -> Patient:
    now = clock.now()
    child = Patient.objects.create(
        name=name,
        birth_date=birth_date,
        birth_year=birth_date.year,
        zone=guardian.zone,
        language=guardian.language,
        is_demo=guardian.is_demo,
        created_at=now,
    )
    Guardianship.objects.create(
        child=child,
        guardian=decider,
        relation=relation,
        verified=verified,
        verified_by=by,
        starts_at=now,
        ends_at=datetime.combine(coming_of_age(birth_date), time.min, ZoneInfo(guardian.zone)),
    )
    audit.record("register_child", actor=by, subject=child, patient=child, guardian=decider.pk, relation=relation, verified=verified)
    patient_registered.send(sender=Patient, patient=child)
    return child
