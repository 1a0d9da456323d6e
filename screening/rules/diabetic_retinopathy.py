"""What the photos of one encounter say about an eye and about the person: worst eye rules, ungradable is never normal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from screening.rules.protocol_rows import POLICY, PROTOCOL, ROW_OF_GRADE, most_urgent, urgency_rank

LATERALITIES = ("OD", "OS")
OUTCOMES = frozenset({"graded", "retake", "refused", "failed", "unread"})
EYE_STATES = frozenset({"graded", "ungradable", "missing", "unread", "pending", "exempt"})
SIGHTLESS = frozenset({"prosthesis", "no_light_perception"})
REFERABLE_GRADE = 2
PHOTOS_BEFORE_EXAMINATION = POLICY["photos_before_examination"].value


@dataclass(frozen=True)
class PhotoFinding:
    """What is known of one photo; `outcome` is None while it is queued, `grade` is ICDR 0-4 and only there when graded.

    Raises ValueError on an unknown word, a grade without a graded outcome (or the reverse), a probability outside 0-1 or
    a time without a zone: an impossible reading must not reach a decision.
    """

    photo_id: str
    laterality: str
    outcome: str | None
    grade: int | None
    p_referable: float | None
    accepted_at: datetime
    taken_at: datetime

    def __post_init__(self) -> None:
        if self.laterality not in LATERALITIES:
            raise ValueError(f"laterality is OD or OS, not {self.laterality!r}")
        if self.outcome is not None and self.outcome not in OUTCOMES:
            raise ValueError(f"unknown outcome {self.outcome!r}")
        if (self.outcome == "graded") != (self.grade in range(5)):
            raise ValueError(f"outcome {self.outcome!r} does not go with grade {self.grade!r}")
        if self.p_referable is not None and not 0.0 <= self.p_referable <= 1.0:
            raise ValueError("p_referable lies between 0 and 1")
        if self.accepted_at.tzinfo is None or self.taken_at.tzinfo is None:
            raise ValueError("times carry a zone")


@dataclass(frozen=True)
class EyeFinding:
    """One eye in one encounter.

    `state` is graded, ungradable, missing, unread (for a clinician's eyes alone), pending (queued) or exempt (no sight to
    screen). `retakes` counts the ungradable photos since the eye's last gradable one. `suspected_referable` is a
    photo's p_referable at or above the threshold that the grade does not already express.
    """

    laterality: str
    state: str
    grade: int | None
    retakes: int
    photo_ids: tuple[str, ...]
    suspected_referable: bool = False

    def __post_init__(self) -> None:
        if self.laterality not in LATERALITIES or self.state not in EYE_STATES:
            raise ValueError(f"unknown eye {self.laterality!r} or state {self.state!r}")
        if (self.state == "graded") != (self.grade in range(5)):
            raise ValueError(f"state {self.state!r} does not go with grade {self.grade!r}")


@dataclass(frozen=True)
class PersonFinding:
    """Both eyes as one decision; `urgency` and `row_ids` are words of dr_default_protocol.csv, most pressing row first.

    `incomplete` means that an eye gave no grade; `symptom` None means not asked; `dme` is never excluded, only
    "not_assessed" or "suspected" (by a clinician).
    """

    urgency: str
    row_ids: tuple[str, ...]
    worst_grade: int | None
    referable: bool
    incomplete: bool
    dme: str
    right: EyeFinding
    left: EyeFinding
    suspected_referable_ungradable: bool
    symptom: bool | None = None

    @property
    def eyes(self) -> tuple[EyeFinding, EyeFinding]:
        return self.right, self.left


def eye_finding(
    laterality: str,
    photos: Sequence[PhotoFinding],
    *,
    referable_threshold: float,
    signed_grade: int | None = None,
) -> EyeFinding:
    """The eye as the worst of its gradable photos in the encounter; ungradable only if none is gradable.

    Refused and failed photos leave the eye missing. `signed_grade` is what a clinician signed for this eye in this encounter: later photos may
    raise it, never lower it. Photos of the other eye are ignored. Source: DESIGN.md section 4, CLINICAL.md rules 1-3.
    """
    own = sorted((photo for photo in photos if photo.laterality == laterality), key=_arrival)
    grades = [photo.grade for photo in own if photo.grade is not None]
    if signed_grade is not None:
        grades.append(signed_grade)
    grade = max(grades, default=None)
    outcomes = {photo.outcome for photo in own}
    return EyeFinding(
        laterality=laterality,
        state=_state(grade, outcomes),
        grade=grade,
        retakes=_retakes(own),
        photo_ids=tuple(photo.photo_id for photo in own),
        suspected_referable=(grade is None or grade < REFERABLE_GRADE)
        and any(photo.p_referable is not None and photo.p_referable >= referable_threshold for photo in own),
    )


def person_finding(
    right: EyeFinding,
    left: EyeFinding,
    *,
    symptom: bool | None,
    eye_status: Mapping[str, str] | None = None,
    clinician_dme: str | None = None,
) -> PersonFinding:
    """The person's decision: the most pressing of all rows that apply, whatever the other eye says.

    `eye_status` maps a laterality to "prosthesis" or "no_light_perception": only then may one eye carry the decision.
    `clinician_dme` is "centre" or "off_centre". Raises ValueError for another word or eyes given in the wrong place.
    Source: CLINICAL.md B(i), dr_default_protocol.csv.
    """
    if (right.laterality, left.laterality) != LATERALITIES:
        raise ValueError("the right eye is OD, the left eye OS")
    if clinician_dme not in (None, "centre", "off_centre"):
        raise ValueError(f"unknown place of macular oedema {clinician_dme!r}")
    right, left = _excuse_one(right, left, eye_status or {})
    eyes = (right, left)
    worst = max((eye.grade for eye in eyes if eye.grade is not None), default=None)
    incomplete = any(eye.state not in ("graded", "exempt") for eye in eyes)
    suspected = any(eye.suspected_referable for eye in eyes)
    rows = _rows(eyes, worst, incomplete=incomplete, symptom=symptom, dme=clinician_dme)
    pressing = [PROTOCOL[row].urgency for row in rows]
    if incomplete:
        pressing.append("incomplete")
    if suspected:
        pressing.append("refer")
    if symptom:
        pressing.append("same_day")
    return PersonFinding(
        urgency=most_urgent(*pressing),
        row_ids=tuple(rows),
        worst_grade=worst,
        referable=clinician_dme is not None or (worst is not None and worst >= REFERABLE_GRADE),
        incomplete=incomplete,
        dme="not_assessed" if clinician_dme is None else "suspected",
        right=right,
        left=left,
        suspected_referable_ungradable=suspected,
        symptom=symptom,
    )


def _arrival(photo: PhotoFinding) -> tuple[datetime, str]:
    return photo.accepted_at, photo.photo_id


def _state(grade: int | None, outcomes: set[str | None]) -> str:
    if grade is not None:
        return "graded"
    if "unread" in outcomes:
        return "unread"
    if "retake" in outcomes:
        return "ungradable"
    return "pending" if None in outcomes else "missing"


def _retakes(photos: Sequence[PhotoFinding]) -> int:
    count = 0
    for photo in photos:
        if photo.outcome == "graded":
            count = 0
        elif photo.outcome == "retake":
            count += 1
    return count


def _excuse_one(right: EyeFinding, left: EyeFinding, eye_status: Mapping[str, str]) -> tuple[EyeFinding, EyeFinding]:
    """Excuse an eye without sight; if neither can see, nobody is screened and both stay as they are."""
    unknown = set(eye_status.values()) - SIGHTLESS - {"seeing"}
    if unknown:
        raise ValueError(f"unknown eye status {sorted(unknown)}")
    blind = {laterality for laterality, status in eye_status.items() if status in SIGHTLESS}
    if blind >= set(LATERALITIES):
        return right, left
    return _excused(right, blind), _excused(left, blind)


def _excused(eye: EyeFinding, blind: set[str]) -> EyeFinding:
    return replace(eye, state="exempt") if eye.laterality in blind and eye.state != "graded" else eye


def _rows(eyes: tuple[EyeFinding, EyeFinding], worst: int | None, *, incomplete: bool, symptom: bool | None, dme: str | None) -> list[str]:
    rows: list[str] = []
    if worst is not None and not (incomplete and worst < REFERABLE_GRADE):
        rows.append(ROW_OF_GRADE[worst])
    if worst == len(ROW_OF_GRADE) - 1 and symptom:
        rows.append("pdr_new_symptom")
    if dme is not None:
        rows.append(f"dme_{dme}")
        rows = [row for row in rows if PROTOCOL[row].kind == "finding"]
    for eye in eyes:
        row = _gap_row(eye)
        if row is not None and row not in rows:
            rows.append(row)
    return sorted(rows, key=lambda row: (-urgency_rank(PROTOCOL[row].urgency), PROTOCOL[row].days))


def _gap_row(eye: EyeFinding) -> str | None:
    if eye.state == "missing":
        return "eye_missing"
    if eye.state == "ungradable":
        return "ungradable" if eye.retakes < PHOTOS_BEFORE_EXAMINATION else "ungradable_after_retakes"
    return None
