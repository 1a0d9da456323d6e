"""Every read of accounts, scoped to an actor, with the number of queries it costs."""

from datetime import timedelta
from typing import Literal, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Consent, Guardianship, LoginCode, Membership, Organisation, Patient, User
from accounts.phones import normalise_phone
from core import clock
from core.problems import Problem

Period = TypeVar("Period", Membership, Guardianship)
Role = Literal["patient", "clinician", "store_staff", "none"]
SIGN_UP_KEPT = timedelta(hours=1)
# A sample patient is nobody: what she "agreed to" is what the demonstration needs, and sharing or reminding never is.
SAMPLE_PURPOSES = frozenset({"care", "automatic_reading"})


def patient_of(user: User) -> Patient | None:
    """The person this login is of, None for staff (1 query)."""
    return Patient.objects.filter(user=user).first()


def actor_role(user: User) -> Role:
    """What this login may be here (up to 2 queries). Staff who are patients elsewhere use another login."""
    roles = set(_in_force(Membership.objects.filter(user=user)).values_list("role", flat=True))
    if Membership.Role.CLINICIAN in roles:
        return "clinician"
    if Membership.Role.STORE_STAFF in roles:
        return "store_staff"
    return "patient" if Patient.objects.filter(user=user).exists() else "none"


def patients_visible_to(user: User) -> QuerySet[Patient]:
    """The only door to patients (1 query when evaluated).

    A person sees herself and the children she decides for; a clinician those who share with her clinic, store staff those who share
    with their store, as long as they do. Sample patients are nobody's: the page that made one shows it by other means.
    """
    with_clinic = Q(purpose="share_clinic", organisation__in=organisations_of(user).values("pk"))
    with_store = Q(purpose="share_store", organisation__in=stores_of(user).values("pk"))
    shared = Consent.objects.filter(with_clinic | with_store, patient=OuterRef("pk"), withdrawn_at__isnull=True)
    return Patient.objects.filter(Q(user=user) | Q(pk__in=children_of(user).values("pk")) | Q(Exists(shared), is_sample=False))


def people_found(user: User, sought: str) -> QuerySet[Patient]:
    """Of those this actor may see, the ones with this full name or phone, or whose guardian has that phone (1 query when evaluated).

    By keyed hashes alone: names and phones stay sealed in the database.
    """
    wanted = Q(name_index=sought)
    try:
        number = normalise_phone(sought)
    except Problem:
        pass
    else:
        guardians = _in_force(Guardianship.objects.filter(guardian__phone_index=number))
        wanted |= Q(user__phone_index=number) | Q(pk__in=guardians.values("child"))
    return patients_visible_to(user).filter(wanted).select_related("user").order_by("created_at")


def children_of(user: User) -> QuerySet[Patient]:
    """The children this login decides for now (1 query when evaluated)."""
    return Patient.objects.filter(pk__in=_in_force(Guardianship.objects.filter(guardian=user)).values("child"))


def guardians_of(child: Patient) -> QuerySet[Patient]:
    """The people who decide for a child now and are patients here themselves, the longest known first (1 query when evaluated)."""
    return Patient.objects.filter(user__in=_in_force(Guardianship.objects.filter(child=child)).values("guardian")).order_by("pk")


def decides_for(user: User, patient: Patient) -> bool:
    """Whether this login may agree, answer and send photos for the person: for herself, or for a child of hers (up to 1 query)."""
    return patient.user_id == user.pk or children_of(user).filter(pk=patient.pk).exists()


def photos_may_be_sent_by(user: User, patient: Patient) -> bool:
    """Whether this login may send a photo of the person: whoever decides for her, and staff of a store she shares with (up to 2 queries)."""
    return decides_for(user, patient) or shares_with_store(patient, stores_of(user))


def shares_with_store(patient: Patient, stores: QuerySet[Organisation]) -> bool:
    """Whether the person shares her record with one of the stores now (1 query)."""
    return Consent.objects.filter(patient=patient, purpose="share_store", withdrawn_at__isnull=True, organisation__in=stores.values("pk")).exists()


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Where this login is a clinician now (1 query when evaluated)."""
    return _works_at(user, Membership.Role.CLINICIAN)


def practises(user: User, specialty: str) -> QuerySet[Membership]:
    """The memberships by which this login signs for a specialty now, for use in a filter (1 query when evaluated)."""
    return _in_force(Membership.objects.filter(user=user, role=Membership.Role.CLINICIAN, specialty=specialty))


def specialties_of(user: User) -> frozenset[str]:
    """What this login may sign for now, none for anybody but clinicians (1 query)."""
    return frozenset(_in_force(Membership.objects.filter(user=user, role=Membership.Role.CLINICIAN)).values_list("specialty", flat=True))


def stores_of(user: User) -> QuerySet[Organisation]:
    """Where this login is store staff now, the latest first (1 query when evaluated)."""
    return _works_at(user, Membership.Role.STORE_STAFF).order_by("-pk")


def default_reading_centre() -> Organisation:
    """The organisation that owns every step whose patient chose no other clinic (1 query).

    Raises Organisation.DoesNotExist before `ensure_reading_centre` ran.
    """
    return Organisation.objects.get(is_default=True)


def duty_clinician(organisation: Organisation, specialty: str = Membership.Specialty.EYE) -> User | None:
    """The clinician who answers for the organisation's queue of a specialty now (1 query)."""
    on_duty = _in_force(Membership.objects.filter(organisation=organisation, role=Membership.Role.CLINICIAN, specialty=specialty, on_duty=True))
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


def _works_at(user: User, role: Membership.Role) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=_in_force(Membership.objects.filter(user=user, role=role)).values("organisation"))


def _in_force(periods: QuerySet[Period]) -> QuerySet[Period]:
    now = clock.now()
    return periods.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)
