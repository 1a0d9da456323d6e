"""A child's visit as her parents and the store read it: what was measured, what it says, what to do and by when. A screening, no diagnosis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from core.dates import day_in_words
from core.pure.days import local_day
from followup.models import Step
from followup.rules.sentences import sentence
from screening.models import Encounter, Measurement
from screening.myopia.rows import refraction_of
from screening.myopia.selectors import Visit, child_visits
from screening.myopia.words import LABELS, TREATMENTS, plain, signed
from screening.rules.myopia.acuity import BELOW_CHART, decimal_of
from screening.rules.myopia.optics import Refraction
from screening.rules.myopia.sitting import EyeMeasures
from screening.rules.myopia.state import CALM_ROWS
from screening.rules.myopia.tables import RECHECKS


@dataclass(frozen=True)
class VisitWords:
    """One visit in words. `banner` is the kind of the result banner; `table` has a line for each thing measured: its name, right eye, left eye.

    `plan` are (what, by which day) of the steps that her visits opened and that are still open; `rules` are the rows with their sources.
    """

    encounter: Encounter
    day: str
    banner: str
    headline: str
    table: tuple[tuple[str, str, str], ...]
    labels: tuple[tuple[str, str], ...]
    treatment: str
    reasons: tuple[str, ...]
    plan: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]


def visits_in_words(visits: Sequence[Visit], steps: Sequence[Step], language: str) -> list[VisitWords]:
    """The visits, newest first; `steps` are the child's open ones."""
    own = {visit.encounter.pk for visit in visits}
    return [_in_words(visit, [step for step in steps if step.encounter_id in own], language) for visit in reversed(visits)]


def visit_in_words(encounter: Encounter, language: str) -> VisitWords | None:
    """One visit, None before an eye was measured (3 queries)."""
    steps = Step.objects.filter(patient=encounter.patient, state=Step.State.OPEN).order_by("due_on")
    found = visits_in_words(child_visits(encounter.patient), list(steps), language)
    return next((words for words in found if words.encounter.pk == encounter.pk), None)


def measurement_in_words(row: Measurement) -> str:
    """One number as it stands beside a field."""
    refraction = refraction_of(row)
    if refraction is not None:
        return _refraction(refraction)
    if row.value is None:
        return row.category
    return _acuity(row.value) if row.code == Measurement.Code.ACUITY else plain(row.value)


def _in_words(visit: Visit, steps: Sequence[Step], language: str) -> VisitWords:
    finding, sitting = visit.finding, visit.sitting
    due = {step.kind: day_in_words(step.due_on, language) for step in steps}
    banner, headline = _headline(visit, due, language)
    eyes = (_("Right eye (OD)"), _("Left eye (OS)"))
    return VisitWords(
        encounter=visit.encounter,
        day=day_in_words(local_day(sitting.taken_at, visit.encounter.patient.zone), language),
        banner=banner,
        headline=headline,
        table=tuple(line for line in _lines(sitting.right, sitting.left) if any(line[1:])),
        labels=tuple((eye, str(LABELS[label])) for eye, label in zip(eyes, finding.labels, strict=True)),
        treatment=str(TREATMENTS[sitting.treatment]) if sitting.treatment else "",
        reasons=tuple(sentence(f"reason.{row}", language) for row in finding.rows),
        plan=tuple((sentence(f"step.{step.kind}", language), day_in_words(step.due_on, language)) for step in steps),
        rules=tuple(f"{row} {RECHECKS[row].version} · {RECHECKS[row].source}" for row in finding.rows),
    )


def _headline(visit: Visit, due: dict[str, str], language: str) -> tuple[str, str]:
    if visit.finding.referring and "referral" in due:
        return "see", sentence("see_a_doctor", language, date=due["referral"])
    if visit.finding.incomplete:
        return "blank", _("Not everything could be measured (this does not mean that all is well).")
    if "recheck" in due and not CALM_ROWS.issuperset(visit.finding.rows):
        return "watch", sentence("watch", language, date=due["recheck"])
    if visit.finding.worst in LABELS and CALM_ROWS.issuperset(visit.finding.rows):
        return "none", str(LABELS[visit.finding.worst])
    return "watch", _("This visit is on record; what it asked for was answered since.")


def _lines(right: EyeMeasures, left: EyeMeasures) -> Iterator[tuple[str, str, str]]:
    eyes = (right, left)
    yield (_("Acuity without glasses"), *_pair(_acuity(eye.acuity) for eye in eyes))
    yield (_("Acuity with own glasses"), *_pair(_acuity(eye.acuity_corrected) for eye in eyes))
    yield (_("Sphere, cylinder × axis"), *_pair(_refraction(eye.refraction) for eye in eyes))
    yield (_("Spherical equivalent (D)"), *_pair(signed(eye.spherical_equivalent) for eye in eyes))
    yield (_("Axial length (mm)"), *_pair(plain(eye.axial_length) if eye.axial_length is not None else "" for eye in eyes))


def _pair(words: Iterator[str]) -> tuple[str, str]:
    right, left = words
    return right, left


def _acuity(five_point: Decimal | None) -> str:
    if five_point is None:
        return ""
    if five_point == BELOW_CHART:
        return _("below the chart")
    return f"{five_point.normalize():.2f}".removesuffix("0") + f" ({decimal_of(five_point).normalize():f})"


def _refraction(refraction: Refraction | None) -> str:
    if refraction is None:
        return ""
    if not refraction.cylinder:
        return signed(refraction.sphere)
    return f"{signed(refraction.sphere)} {signed(refraction.cylinder)} × {refraction.axis or '–'}"
