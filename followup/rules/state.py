"""What followup knows of one patient when it decides the next steps."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.pure.days import local_day
from followup.rules.facts import FactRecord
from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.myopia.state import ChildFinding
from screening.rules.protocol_rows import POLICY as READING_POLICY
from screening.rules.skin.urgency import LesionFinding

PHOTO_MAX_AGE = timedelta(days=READING_POLICY["photo_max_age"].value)


@dataclass(frozen=True)
class SignedReport:
    """The latest signed version of an encounter's report.

    `taken_at` and `accepted_at` are the latest of the photos it covers. `next_due` is the date a clinician entered,
    `refer_by` a referral of the clinician's own (another finding): both only ever bring a date nearer.
    """

    finding: PersonFinding
    taken_at: datetime
    accepted_at: datetime
    signed_at: datetime
    next_due: date | None = None
    refer_by: date | None = None

    @property
    def photo_too_old(self) -> bool:
        """Taken more than 180 days before it was accepted: no routine date is counted from it."""
        return self.accepted_at - self.taken_at > PHOTO_MAX_AGE


@dataclass(frozen=True)
class EncounterState:
    """One encounter now.

    `finding` is what its readings say today; `accepted_at` and `taken_at` are the latest of its photos; `waiting_since`
    is the acceptance of its first photo that no signature covers. `report_waiting`: a composed version waits for a
    signature. `failed_eyes` have a photo that failed by our fault and that nobody looked after yet; `retake_asked` are
    ungradable eyes that a clinician wants photographed again.
    """

    encounter_id: str
    opened_at: datetime
    finding: PersonFinding
    accepted_at: datetime
    taken_at: datetime
    waiting_since: datetime
    report_waiting: bool
    signed: SignedReport | None = None
    failed_eyes: frozenset[str] = frozenset()
    retake_asked: frozenset[str] = frozenset()

    @property
    def current(self) -> PersonFinding:
        """The signed finding while no later photo has come, else what the readings say."""
        if self.signed is not None and self.accepted_at <= self.signed.accepted_at:
            return self.signed.finding
        return self.finding


@dataclass(frozen=True)
class SignedLesion:
    """The latest signed version of a spot's report; `next_due` is the date a dermatologist entered, which only ever brings a date nearer.

    `taken_at` and `accepted_at` are the latest of the photos it covers, or when the sitting was opened.
    """

    finding: LesionFinding
    taken_at: datetime
    accepted_at: datetime
    signed_at: datetime
    next_due: date | None = None

    @property
    def photo_too_old(self) -> bool:
        """Taken more than 180 days before it was accepted: no routine date is counted from it."""
        return self.accepted_at - self.taken_at > PHOTO_MAX_AGE


@dataclass(frozen=True)
class LesionState:
    """One sitting about one spot now; `lesion_id` joins the sittings of a spot.

    `finding` is what its answers and readings say today; `accepted_at` and `taken_at` are the latest of its photos, or when it was opened;
    `waiting_since` is the acceptance of its first photo that no signature covers. `stopped_at`: when an emergency was told, which no later answer
    takes back. `photo_allowed` False: the spot is seen in person. `photo_failed` by our fault, and nobody looked after it yet; `retake_asked` by
    a dermatologist. `diabetes` was told in its answers.
    """

    encounter_id: str
    lesion_id: str
    opened_at: datetime
    finding: LesionFinding
    accepted_at: datetime
    taken_at: datetime
    waiting_since: datetime
    report_waiting: bool
    signed: SignedLesion | None = None
    stopped_at: datetime | None = None
    photo_allowed: bool = True
    photo_failed: bool = False
    retake_asked: bool = False
    diabetes: bool = False

    @property
    def current(self) -> LesionFinding:
        """The signed finding while no later photo has come, else what answers and readings say."""
        if self.signed is not None and self.accepted_at <= self.signed.accepted_at:
            return self.signed.finding
        return self.finding


@dataclass(frozen=True)
class VisitState:
    """A child's visit to a store; `rows_before` applied at the visit before it, so that theirs is no first date any more."""

    encounter_id: str
    taken_at: datetime
    finding: ChildFinding
    rows_before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SymptomReport:
    """A red-flag symptom answered with yes; `encounter_id` is None when it was told before any photo."""

    at: datetime
    encounter_id: str | None = None


@dataclass(frozen=True)
class RecordedOutcome:
    """A step closed by what really happened (attended with an outcome, declined, deceased): only this closes it.

    `next_due` is the date entered with it, if any.
    """

    kind: str
    at: datetime
    encounter_id: str | None = None
    laterality: str | None = None
    next_due: date | None = None


@dataclass(frozen=True)
class PatientState:
    """Everything `wanted_steps` reads. `age` is the youngest possible in years; `consents` are the purposes in force."""

    registered_at: datetime
    zone: str
    age: int | None
    consents: frozenset[str]
    facts: tuple[FactRecord, ...] = ()
    encounters: tuple[EncounterState, ...] = ()
    symptoms: tuple[SymptomReport, ...] = ()
    outcomes: tuple[RecordedOutcome, ...] = ()
    region: str | None = None
    lesions: tuple[LesionState, ...] = ()
    visits: tuple[VisitState, ...] = ()

    def local_day(self, moment: datetime) -> date:
        """The patient's own calendar day at a moment."""
        return local_day(moment, self.zone)

    def closed(self, kind: str, encounter_id: str | None, laterality: str | None = None, *, since: datetime | None = None) -> bool:
        """Whether an outcome was recorded for this step (at or after `since`, where given)."""
        return any(
            (outcome.kind, outcome.encounter_id, outcome.laterality) == (kind, encounter_id, laterality) and (since is None or outcome.at >= since)
            for outcome in self.outcomes
        )
