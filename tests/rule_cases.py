"""Small believable inputs for the pure rules: an ordinary morning in Shanghai, everything else by name."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings

from followup.rules.facts import FactRecord
from followup.rules.state import EncounterState, PatientState, SignedReport
from screening.rules.diabetic_retinopathy import EyeFinding, PersonFinding, PhotoFinding, person_finding

# A busy machine is no defect of a rule.
unhurried = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
THRESHOLD = 0.5
FOUR_CONSENTS = frozenset({"care", "automatic_reading", "share_clinic", "reminder_wechat"})


def photo(
    laterality: str = "OD",
    outcome: str | None = "graded",
    grade: int | None = None,
    *,
    p: float | None = None,
    at: datetime = NOW,
    photo_id: str = "photo",
) -> PhotoFinding:
    """A photo accepted at `at`; graded 0 unless told otherwise."""
    graded = (0 if grade is None else grade) if outcome == "graded" else None
    return PhotoFinding(photo_id, laterality, outcome, graded, p, accepted_at=at, taken_at=at)


def eye(laterality: str, state: str = "graded", grade: int | None = 0, *, retakes: int = 0, suspected: bool = False) -> EyeFinding:
    """An eye; an ungradable one has had one ungradable photo unless told otherwise."""
    spent = max(retakes, 1) if state == "ungradable" else retakes
    return EyeFinding(laterality, state, grade if state == "graded" else None, spent, (f"{laterality}-photo",), suspected)


def person(
    right: int | str | EyeFinding = 0, left: int | str | EyeFinding = 0, *, symptom: bool | None = False, dme: str | None = None
) -> PersonFinding:
    """Two eyes, each given as a grade, a state, or whole."""
    return person_finding(_eye("OD", right), _eye("OS", left), symptom=symptom, clinician_dme=dme)


def _eye(laterality: str, seen: int | str | EyeFinding) -> EyeFinding:
    if isinstance(seen, EyeFinding):
        return seen
    return eye(laterality, grade=seen) if isinstance(seen, int) else eye(laterality, seen)


def report(
    finding: PersonFinding, *, taken: datetime = NOW, accepted: datetime | None = None, signed: datetime | None = None, **dates: date | None
) -> SignedReport:
    """A report signed on the day its photos were taken, unless told otherwise."""
    accepted = accepted or taken
    return SignedReport(finding, taken_at=taken, accepted_at=accepted, signed_at=signed or accepted, **dates)


def encounter(
    finding: PersonFinding,
    *,
    encounter_id: str = "sitting",
    accepted: datetime = NOW,
    waiting: bool = False,
    signed: SignedReport | None = None,
    **eyes: frozenset[str],
) -> EncounterState:
    """A sitting whose photos were all taken and accepted at one moment."""
    return EncounterState(
        encounter_id=encounter_id,
        opened_at=accepted,
        finding=finding,
        accepted_at=accepted,
        taken_at=accepted,
        waiting_since=accepted,
        report_waiting=waiting,
        signed=signed,
        **eyes,
    )


def signed_encounter(finding: PersonFinding, *, encounter_id: str = "sitting", at: datetime = NOW, **dates: date | None) -> EncounterState:
    """A sitting taken, accepted and signed at one moment."""
    return encounter(finding, encounter_id=encounter_id, accepted=at, signed=report(finding, taken=at, **dates))


def patient(*encounters: EncounterState, **known: object) -> PatientState:
    """An adult with all four consents, registered at NOW."""
    defaults: dict[str, object] = {"registered_at": NOW, "zone": ZONE, "age": 50, "consents": FOUR_CONSENTS, "encounters": encounters}
    return PatientState(**(defaults | known))  # type: ignore[arg-type]


def fact(code: str, value: object, *, on: date = TODAY, unit: str = "%", recorded: datetime | None = None) -> FactRecord:
    """One answer, recorded at noon UTC of the day it speaks of."""
    return FactRecord(code, value, on, recorded or datetime(on.year, on.month, on.day, 12, tzinfo=UTC), unit)


def days(number: float) -> timedelta:
    """So many days."""
    return timedelta(days=number)
