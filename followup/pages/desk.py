"""What stands on the clinician's desk, in words: the queue, the list for a person, one case with its photos, and the answer given so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.language import readers_language
from accounts.models import User
from accounts.selectors import duty_clinician, organisations_of, specialties_of
from core import clock
from core.problems import Problem
from followup import case_words as words
from followup.cases import Case, QueueLine, TaskLine, queue_lines, steps_after_signing, task_lines
from followup.pages.case_form import CaseForm, CorrectionForm
from followup.pages.pictures import picture_of
from followup.pages.spot_desk import spot_echo_of, spot_on_desk
from followup.pages.spot_form import SpotForm
from followup.presenters import reply_told
from followup.selectors import review_queue, tasks_visible_to
from followup.spot_words import spot_told
from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.skin.urgency import LesionFinding
from screening.services.signing import finding_as_decided
from screening.skin.words import place_name

TASKS_SHOWN = 50


@dataclass(frozen=True)
class Line:
    """A line of the queue in words; `shape` is that of its class, `left` the time until it is due."""

    line: QueueLine
    told: str
    shape: str
    left: str
    overdue: bool


@dataclass(frozen=True)
class TaskWords:
    """A matter for a person in words; `answered` is what the patient replied, `phone` is there for those who must call."""

    line: TaskLine
    told: str
    answered: str
    phone: str
    left: str
    overdue: bool


def desk_of(user: User) -> dict[str, Any]:
    """The shared queue with its counts, who is on duty, and the open matters for a person (9 queries and 1 for each centre)."""
    now = clock.now()
    waiting = review_queue(user)
    tasks = tasks_visible_to(user).filter(done_at__isnull=True).select_related("patient__user")
    specialties = sorted(specialties_of(user))
    centres = [(centre, duty_clinician(centre, specialty)) for centre in organisations_of(user) for specialty in specialties]
    return {
        "lines": [_line(line, now) for line in queue_lines(waiting.steps)],
        "counts": [(*words.class_of(code), waiting.classes.get(code, 0)) for code in words.CLASSES],
        "total": waiting.total,
        "overdue": waiting.overdue,
        "tasks": [_task(line, now) for line in task_lines(tasks[:TASKS_SHOWN])],
        "centres": centres,
        "language": readers_language(),
    }


def _line(line: QueueLine, now: datetime) -> Line:
    left, overdue = words.time_left(line.step.due_at, now) if line.step.due_at else ("", False)
    return Line(line, _told(line), words.class_of(line.step.rule_id)[1], left, overdue)


def _told(line: QueueLine) -> str:
    lesion = line.step.encounter.lesion if line.step.encounter else None
    place = [place_name(lesion.body_site, lesion.side, readers_language())] if lesion else []
    match line.finding:
        case LesionFinding():
            return " · ".join([*place, spot_told(line.finding)])
        case PersonFinding():
            return words.photos_told(line.finding)
    return " · ".join(place)


def _task(line: TaskLine, now: datetime) -> TaskWords:
    left, overdue = words.time_left(line.task.due_at, now)
    user = line.task.patient.user
    phone = user.phone if user and line.encounter_id is None else None
    answered = reply_told(line.reply, readers_language()) if line.reply else ""
    return TaskWords(line, str(words.TASKS[line.task.kind]), answered, phone or "", left, overdue)


def answer_form(found: Case, typed: QueryDict | None = None) -> CaseForm | SpotForm:
    """The form of the case's programme."""
    return SpotForm(found, typed) if found.is_spot else CaseForm(found, typed)


def case_on_desk(
    request: HttpRequest,
    found: Case,
    form: CaseForm | SpotForm | None = None,
    correction: CorrectionForm | None = None,
    *,
    revealed: UUID | None = None,
) -> dict[str, Any]:
    """One case for the page; a bound `form` also says what it would do. `revealed`: the hidden photo that was just asked for."""
    language = readers_language()
    form = form or answer_form(found)
    zone = found.patient.zone
    now = clock.now()
    return {
        "case": found,
        "place": reverse("case", args=[found.encounter.pk]),
        "form": form,
        "correction": correction or CorrectionForm(found),
        "pictures": [picture_of(seen, request.session, language, zone, revealed=revealed) for seen in found.photos if not seen.is_other_person],
        "revealed": revealed,
        "strangers": sum(seen.is_other_person for seen in found.photos),
        "class": words.class_of(found.review.rule_id) if found.review else None,
        "left": words.time_left(found.review.due_at, now) if found.review and found.review.due_at else None,
        "amended": len(found.versions) > 1,
        **(spot_on_desk(found) if found.is_spot else _eyes_on_desk(found)),
        **(echo_of(form) if form.is_bound else {}),
    }


def _eyes_on_desk(found: Case) -> dict[str, Any]:
    language, zone = readers_language(), found.patient.zone
    return {
        "facts": words.fact_rows(found, language),
        "version_columns": [_("Version"), _("Right eye"), _("Left eye"), _("Macular oedema"), _("Remarks")],
        "versions": words.version_rows(found.versions, language, zone),
        "earlier": words.version_rows(found.earlier, language, zone),
        "mark": found.admission.mark,
        "unread": words.UNREAD.get(found.admission.reason or ""),
    }


def echo_of(form: CaseForm | SpotForm) -> dict[str, Any]:
    """The answer in words and the steps it would open; `open_questions` as long as it is not complete."""
    return spot_echo_of(form) if isinstance(form, SpotForm) else _eyes_echo_of(form)


def _eyes_echo_of(form: CaseForm) -> dict[str, Any]:
    if not form.is_valid():
        return {"open_questions": [error for errors in form.errors.values() for error in errors]}
    given = form.cleaned_data
    try:
        finding = finding_as_decided(form.case.encounter, form.decisions, dme=form.dme_place)
    except Problem as problem:
        return {"open_questions": [str(problem.detail)]}
    steps = steps_after_signing(form.case.encounter, finding, recall_on=given["recall_on"], other_finding=given["other_finding"])
    program = form.case.finding
    return {
        "echo": form.echo,
        "echoed": [(words.EYES[eye], _decided(form, eye), _differs(form, eye, program)) for eye in form.case.eyes],
        "echoed_dme": words.DME[given["dme"]],
        "after": [words.step_told(step, readers_language()) for step in steps],
    }


def _decided(form: CaseForm, eye: str) -> str:
    decision = form.decisions[eye]
    if decision.grade is not None:
        return f"{decision.grade} – {words.GRADES[decision.grade]}"
    label = _("not readable; an examination in person follows") if decision.state == "not_readable" else _("please take it again")
    return f"{label} ({words.REASONS[decision.reason]})"


def _differs(form: CaseForm, eye: str, report: Any) -> str:
    """What the program graded, where the clinician grades otherwise."""
    grades = [seen.reading.grade for seen in form.case.photos if seen.laterality == eye and seen.reading.grade is not None]
    worst = max(grades, default=None)
    return str(worst) if worst is not None and worst != form.decisions[eye].grade else ""


def case_after(lines: list[Line], encounter_id: UUID | None) -> UUID | None:
    """The case that follows this one in the queue, else the first other one."""
    waiting = [line.line.step.encounter_id for line in lines]
    place = waiting.index(encounter_id) + 1 if encounter_id in waiting else 0
    others = [encounter for encounter in waiting[place:] + waiting[:place] if encounter != encounter_id]
    return others[0] if others else None
