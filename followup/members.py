"""The members of what followup's API gives: steps, results, reviews, matters for a person."""

from typing import Any

from django.urls import reverse

from core import clock
from followup.case_words import CLASSES, TASKS
from followup.cases import Case, QueueLine, TaskLine
from followup.models import Step
from followup.presenters import REVIEW, step_words
from followup.results import ResultView
from screening.findings import finding_document
from screening.models import Encounter, ReportVersion
from screening.presenters import reading_detail
from screening.selectors import CorrectedPhoto
from screening.skin.findings import answer_rows, answers_now, asked_person
from screening.skin.selectors import lesion_of


def step_members(step: Step, language: str, *, to_clinician: bool) -> dict[str, Any]:
    """The members of StepRow. A review's date, urgency and rule stay unsaid to its patient: how soon a doctor looks would tell what was seen."""
    words = step_words(step, language, clock.today(step.patient.zone))
    told = to_clinician or step.kind != REVIEW
    return {
        "id": step.pk,
        "patient": step.patient_id,
        "encounter": step.encounter_id,
        "kind": step.kind,
        "title": words.title,
        "eye": step.laterality,
        "due_on": step.due_on if told else None,
        "due_at": step.due_at if told else None,
        "urgency": step.urgency if told else None,
        "rule_id": step.rule_id if told else None,
        "rule_version": step.rule_version if told else None,
        "source": step.source if told else None,
        "reasons": list(words.reasons),
        "owner": step.owner.name_en if language == "en" else step.owner.name_zh,
        "state": step.state,
        "is_next": step.is_next,
        "opened_at": step.opened_at,
        "closed_at": step.closed_at,
    }


def result_members(result: ResultView, language: str, *, to_clinician: bool) -> dict[str, Any]:
    """The members of Result; the finding is for clinicians, patients get the words."""
    return {
        "encounter": result.encounter.pk,
        "code": result.code,
        "banner": result.banner,
        "text": result.text,
        "date": result.date,
        "eye": result.laterality,
        "also": [{"code": message.code, "text": message.text, "eye": message.laterality} for message in result.also],
        "preliminary": result.preliminary,
        "signed": result.signed,
        "safety_net": result.safety_net,
        "draft_rules": result.draft_rules,
        "notice": result.notice,
        "next_step": step_members(result.next_step, language, to_clinician=to_clinician) if result.next_step else None,
        "finding": finding_document(result.finding) if to_clinician else None,
    }


def review_members(line: QueueLine) -> dict[str, Any]:
    """The members of ReviewRow."""
    step = line.step
    return {
        "encounter": step.encounter_id,
        "patient": step.patient_id,
        "name": step.patient.name,
        "age": line.age,
        "review_class": _class(step),
        "urgency": step.urgency,
        "due_at": step.due_at,
        "is_overdue": step.due_at is not None and step.due_at < clock.now(),
        "finding": finding_document(line.finding) if line.finding else None,
        "review_url": reverse("api_review", args=[step.encounter_id]),
    }


def _class(step: Step) -> str:
    found = step.rule_id.removeprefix("review_")
    return found if found in CLASSES else "other"


def case_members(case: Case) -> dict[str, Any]:
    """The members of Review."""
    return {
        "encounter": case.encounter.pk,
        "patient": case.patient.pk,
        "name": case.patient.name,
        "age": case.age,
        "review_class": _class(case.review) if case.review else None,
        "due_at": case.review.due_at if case.review else None,
        "base_number": case.latest.number if case.latest else None,
        "spot": _spot_members(case.encounter) if case.is_spot else None,
        "photos": [_photo_members(seen) for seen in case.photos],
        "versions": [version_members(version) for version in case.versions],
        "earlier": [version_members(version) for version in case.earlier],
        "facts": list(case.facts.values()),
        "not_asked": list(case.not_asked),
        "mark": case.admission.mark,
        "unread_reason": case.admission.reason,
    }


def _spot_members(encounter: Encounter) -> dict[str, Any]:
    lesion, person = lesion_of(encounter), asked_person(encounter.patient, encounter.opened_at)
    return {
        "body_site": lesion.body_site,
        "side": lesion.side,
        "landmark": lesion.landmark or "",
        "answers": answers_now(answer_rows(encounter), person),
    }


def _photo_members(seen: CorrectedPhoto) -> dict[str, Any]:
    photo, reading = seen.photo, seen.reading
    return {
        "id": photo.pk,
        "eye": seen.laterality,
        "sent_as": photo.laterality,
        "slot": photo.slot,
        "intimate": photo.intimate,
        "taken_at": photo.taken_at,
        "accepted_at": photo.accepted_at,
        "outcome": reading.outcome,
        "reason": reading.reason,
        "is_other_person": seen.is_other_person,
        "is_unreadable": seen.is_unreadable,
        "laterality_seen": reading.laterality_seen,
        "photo_url": reverse("api_photo", args=[photo.pk]),
        "reading": reading_detail(reading) if reading.model_version else None,
    }


def version_members(version: ReportVersion) -> dict[str, Any]:
    """The members of Version."""
    return {
        "encounter": version.report.encounter_id,
        "number": version.number,
        "kind": version.kind,
        "finding": version.finding,
        "photos": version.photo_ids,
        "model_versions": version.model_versions,
        "rule_version": version.rule_version,
        "other_finding": version.other_finding or "",
        "comment": version.comment or "",
        "recall_on": version.recall_on,
        "created_at": version.created_at,
        "signed_by": version.signed_by.name if version.signed_by else None,
        "signed_at": version.signed_at,
    }


def task_members(line: TaskLine) -> dict[str, Any]:
    """The members of TaskRow; the phone is there for those who must call."""
    task, user = line.task, line.task.patient.user
    return {
        "id": task.pk,
        "kind": task.kind,
        "text": str(TASKS[task.kind]),
        "patient": task.patient_id,
        "name": task.patient.name,
        "phone": user.phone if user and line.encounter_id is None else None,
        "encounter": line.encounter_id,
        "step": line.step_id,
        "due_at": task.due_at,
        "opened_at": task.opened_at,
        "done_at": task.done_at,
        "done_by": task.done_by.name if task.done_by else None,
        "done_url": reverse("api_task_done", args=[task.pk]),
    }
