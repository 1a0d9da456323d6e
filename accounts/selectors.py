"""Every read of accounts, scoped to an actor, with the number of queries it costs."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Consent, LoginCode, Membership, Organisation, Patient, User
from core import clock

SIGN_UP_KEPT = timedelta(hours=1)
# A sample patient is nobody: what she "agreed to" is what the demonstration needs, and sharing or reminding never is.
SAMPLE_PURPOSES = frozenset({"care", "automatic_reading"})


def patient_of(user: User) -> Patient | None:
    """The person this login is of, None for staff (1 query)."""
    return Patient.objects.filter(user=user).first()


def actor_role(user: User) -> Literal["patient", "clinician", "none"]:
    """What this login may be here (up to 2 queries). Staff who are patients elsewhere use another login."""
    if _memberships_now(user).exists():
        return "clinician"
    return "patient" if Patient.objects.filter(user=user).exists() else "none"


def patients_visible_to(user: User) -> QuerySet[Patient]:
    """The only door to patients: a patient sees herself; a clinician those who share with her organisation now (1 query when evaluated).

    Sample patients are nobody's: the page that made one shows it by other means.
    """
    shared = Consent.objects.filter(
        patient=OuterRef("pk"), purpose="share_clinic", withdrawn_at__isnull=True, organisation__in=organisations_of(user).values("pk")
    )
    return Patient.objects.filter(Q(user=user) | Q(Exists(shared), is_sample=False))


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Where this login is a clinician now (1 query when evaluated)."""
    return Organisation.objects.filter(pk__in=_memberships_now(user).values("organisation"))


def default_reading_centre() -> Organisation:
    """The organisation that owns every step whose patient chose no other clinic (1 query).

    Raises Organisation.DoesNotExist before `ensure_reading_centre` ran.
    """
    return Organisation.objects.get(is_default=True)


def duty_clinician(organisation: Organisation) -> User | None:
    """The clinician who answers for the organisation's shared queue now (1 query)."""
    on_duty = _in_force(Membership.objects.filter(organisation=organisation, role=Membership.Role.CLINICIAN, on_duty=True))
    membership = on_duty.select_related("user").first()
    return membership.user if membership else None


def has_consent(patient: Patient, purpose: str) -> bool:
    """Whether the person agrees to this purpose now (1 query)."""
    if patient.is_sample:
        return purpose in SAMPLE_PURPOSES
    return Consent.objects.filter(patient=patient, purpose=purpose, withdrawn_at__isnull=True).exists()


def active_consents(patient: Patient) -> QuerySet[Consent]:
    """What the person agrees to now, with the words she read, oldest first (1 query when evaluated)."""
    return Consent.objects.filter(patient=patient, withdrawn_at__isnull=True).select_related("text", "organisation").order_by("given_at", "id")


def phone_awaiting_code(code_id: UUID) -> str | None:
    """The phone (E.164) a code was sent to within the last hour, so that a page needs to remember only the code's id (1 query)."""
    found = LoginCode.objects.filter(pk=code_id, created_at__gt=clock.now() - SIGN_UP_KEPT).first()
    return found.phone if found else None


def _memberships_now(user: User) -> QuerySet[Membership]:
    return _in_force(Membership.objects.filter(user=user, role=Membership.Role.CLINICIAN))


def _in_force(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    now = clock.now()
    return memberships.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)
