"""What a clinician needs before an answer: the lines of the queue, the list of matters for a person, and everything known of one case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.http import Http404

from accounts.models import Patient, User
from accounts.rules.age import youngest_age
from core import clock
from followup.models import Reminder, Reply, Step, Task
from followup.patient_state import as_if_signed, patient_state
from followup.rules.protocol import wanted_steps
from followup.rules.steps import WantedStep
from screening.findings import Finding, finding_document, finding_of, photos_of
from screening.models import Encounter, Fact, Photo, ReportVersion
from screening.programmes import may_sign
from screening.rules.diabetic_retinopathy import LATERALITIES
from screening.rules.programmes import Admission
from screening.rules.questions import QUESTIONS
from screening.selectors import CorrectedPhoto, admission_of, corrected_photos, latest_facts, visible_encounter
from screening.skin.programme import admit_spot


class QueueLine(NamedTuple):
    """One review in the list; `finding` is what the report said when this was read."""

    step: Step
    age: int
    finding: Finding | None


class TaskLine(NamedTuple):
    """One matter for a person; `encounter_id` where it is about a photo, `reminder` where about a message, `reply` where about an answer."""

    task: Task
    encounter_id: UUID | None
    reminder: Reminder | None
    reply: Reply | None

    @property
    def step_id(self) -> UUID | None:
        """The step that somebody can record an outcome for."""
        about = self.reply or self.reminder
        return about.step_id if about else None


@dataclass(frozen=True)
class Case:
    """One encounter as a clinician reads it. `versions` are its report's, `earlier` the last signed ones of other encounters; newest first."""

    encounter: Encounter
    age: int
    photos: tuple[CorrectedPhoto, ...]
    versions: tuple[ReportVersion, ...]
    earlier: tuple[ReportVersion, ...]
    facts: Mapping[str, Fact]
    admission: Admission
    review: Step | None

    @property
    def patient(self) -> Patient:
        return self.encounter.patient

    @property
    def latest(self) -> ReportVersion | None:
        return self.versions[0] if self.versions else None

    @property
    def finding(self) -> Finding | None:
        return finding_of(self.latest) if self.latest else None

    @property
    def is_spot(self) -> bool:
        """Whether it is about a spot on the skin; else about both eyes."""
        return self.encounter.lesion_id is not None

    @property
    def not_asked(self) -> tuple[str, ...]:
        return tuple(code for code in QUESTIONS if code not in self.facts)

    @property
    def eyes(self) -> tuple[str, ...]:
        """The eyes that have a photo of this patient, and so need a decision."""
        own = {seen.laterality for seen in self.photos if not seen.is_other_person}
        return tuple(eye for eye in LATERALITIES if eye in own)


def case_of(user: User, encounter_id: UUID) -> Case:
    """Everything known of one case (14 queries, however many photos and versions).

    Raises Http404 for anybody but a clinician of its specialty to whom the patient is visible now.
    """
    encounter = visible_encounter(user, encounter_id)
    if not may_sign(user, encounter):
        raise Http404
    patient = encounter.patient
    versions = ReportVersion.objects.select_related("signed_by", "report__encounter")
    others = versions.filter(report__encounter__patient=patient, report__encounter__programme=encounter.programme, kind=ReportVersion.Kind.SIGNED)
    earlier = others.exclude(report__encounter=encounter).order_by("report__encounter", "-number").distinct("report__encounter")
    review = Step.objects.filter(encounter=encounter, kind="clinician_review", state=Step.State.OPEN).exclude(rule_id="photo_failed")
    return Case(
        encounter=encounter,
        age=age_of(patient),
        photos=tuple(corrected_photos(encounter)),
        versions=tuple(versions.filter(report__encounter=encounter).order_by("-number")),
        earlier=tuple(sorted(earlier, key=lambda version: version.created_at, reverse=True)),
        facts=latest_facts(patient),
        admission=admit_spot(encounter) if encounter.lesion_id else admission_of(patient, encounter.programme, at=encounter.opened_at),
        review=review.first(),
    )


def age_of(patient: Patient) -> int:
    """The youngest possible age in years today, where the patient lives."""
    return youngest_age(clock.today(patient.zone), birth_date=patient.birth_date, birth_year=patient.birth_year)


def queue_lines(steps: Sequence[Step]) -> list[QueueLine]:
    """The reviews with what their reports say (1 query). `steps` come with patient and encounter, as `reviews_waiting` gives them."""
    latest = ReportVersion.objects.filter(report__encounter__in=[step.encounter_id for step in steps]).select_related("report")
    found = {version.report.encounter_id: version for version in latest.order_by("report__encounter", "-number").distinct("report__encounter")}
    return [QueueLine(step, age_of(step.patient), finding_of(found[step.encounter_id]) if step.encounter_id in found else None) for step in steps]


def task_lines(tasks: Sequence[Task]) -> list[TaskLine]:
    """The matters with what they are about (3 queries)."""
    about = [task.about for task in tasks]
    encounters = dict(Photo.objects.filter(pk__in=about).values_list("pk", "encounter"))
    reminders = Reminder.objects.select_related("step").in_bulk(about)
    replies = Reply.objects.select_related("step").in_bulk(about)
    return [TaskLine(task, encounters.get(task.about), reminders.get(task.about), replies.get(task.about)) for task in tasks]


def steps_after_signing(encounter: Encounter, finding: Finding, *, recall_on: date | None, other_finding: str) -> list[WantedStep]:
    """What would be open for the patient were this signed now, without reviews of other reports; nothing is written."""
    now = clock.now()
    document = finding_document(finding)
    version = ReportVersion(
        finding=document,
        photo_ids=sorted(set().union(*photos_of(document))),
        other_finding=other_finding or None,
        recall_on=recall_on,
        signed_at=now,
    )
    state = as_if_signed(patient_state(encounter.patient, now), version, encounter)
    return [step for step in wanted_steps(state, now) if step.kind != "clinician_review"]
