"""How steps and moments are told to the patient they belong to: titles, reasons and days in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Patient
from core.dates import day_in_words
from core.pure.days import local_day
from followup.models import Reminder, Reply, Step
from followup.rules.sentences import is_of_skin, sentence, step_title
from followup.selectors import Moment
from screening.models import Encounter, ReportVersion
from screening.rules.skin.body_sites import BODY_SITES
from screening.skin.words import place_name

REVIEW = "clinician_review"
IN_PERSON = frozenset({"referral", "examination_in_person", "in_person_instead_of_photo"})
WAITS = frozenset({"recall", "recheck", "ask_again"})
DONE_BY_PATIENT = IN_PERSON | WAITS | {"emergency_today", "symptom_today", "doctor_today", "retake", "second_eye", "first_screen"}
WHY: Mapping[str, str | Promise] = {
    "time": gettext_lazy("No time"),
    "distance": gettext_lazy("Too far away"),
    "cost": gettext_lazy("Too expensive"),
    "ill": gettext_lazy("Ill at the moment"),
    "worried": gettext_lazy("Worried about it"),
    "other": gettext_lazy("Something else"),
}
# A next check a year ahead is a date, not yet something to do.
SOON_DAYS = 30


@dataclass(frozen=True)
class StepWords:
    """One step for its patient; `day` is empty where the date would tell what no doctor has signed."""

    kind: str
    title: str
    day: str
    due_on: date | None
    reasons: tuple[str, ...]
    rule: str
    url: str = ""
    label: str = ""
    reply_url: str = ""


def step_words(step: Step, language: str, today: date) -> StepWords:
    """A step in words, with what to press where it can be done now.

    A review's own date and reason stay unsaid: how soon a doctor looks would tell what the program saw.
    """
    title = step_title(step.kind, step.rule_id, language)
    if step.laterality:
        title = _("%(step)s (%(eye)s)") % {"step": title, "eye": sentence(f"eye.{step.laterality}", language)}
    url, label = ("", "") if is_far(step, today) else _action(step)
    if step.kind == REVIEW:
        return StepWords(step.kind, title, "", None, (), "", url, label)
    return StepWords(
        kind=step.kind,
        title=title,
        day=day_in_words(step.due_on, language),
        due_on=step.due_on,
        reasons=tuple(sentence(f"reason.{code}", language) for code in dict.fromkeys([step.reason, *step.reasons])),
        rule=f"{step.rule_id} {step.rule_version} · {step.source}",
        url=url,
        label=label,
        reply_url=reverse("reply", args=[step.pk]),
    )


def reply_told(reply: Reply, language: str) -> str:
    """What a patient answered, in words."""
    day = day_in_words(reply.on, language) if reply.on else ""
    match reply.kind:
        case Reply.Kind.BOOKED:
            return _("Booked for %(day)s") % {"day": day}
        case Reply.Kind.BEEN:
            return _("Been there on %(day)s: %(place)s") % {"day": day, "place": reply.place}
        case Reply.Kind.UNDER_DOCTOR:
            return _("Already under a doctor")
        case Reply.Kind.CANNOT_COME:
            return _("Cannot come: %(why)s") % {"why": WHY[reply.why]}
        case Reply.Kind.CALL_ME:
            return _("Asks to be called")
        case Reply.Kind.NOT_ME:
            return _("Says that the message is not for this person")
    return _("Wants no more messages")


def to_do(steps: list[Step], today: date) -> Step | None:
    """The first step that the patient herself can take now; `steps` with the next one first."""
    return next((step for step in steps if step.kind in DONE_BY_PATIENT and not is_far(step, today)), None)


def is_far(step: Step, today: date) -> bool:
    """Whether a step is only a date so far."""
    return step.kind in WAITS and (step.due_on - today).days > SOON_DAYS


def _action(step: Step) -> tuple[str, str]:
    match step.kind:
        case "symptom_today":
            return reverse("today"), _("Where to go today")
        case "emergency_today" if step.encounter_id:
            return reverse("skin_now", args=[step.encounter_id]), _("What to do now")
        case "doctor_today" if step.encounter_id:
            return reverse("result", args=[step.encounter_id]), _("See the whole answer")
        case "retake" if step.encounter_id and is_of_skin(step.rule_id):
            return reverse("skin_photos", args=[step.encounter_id]), _("Send the photo")
        case "recall" if is_of_skin(step.rule_id):
            return reverse("check_skin"), _("Take another photo")
        case "retake" | "second_eye" if step.encounter_id:
            return reverse("sitting", args=[step.encounter_id]), _("Send the photo")
        case "first_screen" | "recall" | "retake" | "second_eye":
            return reverse("check_eye"), _("Send the photos")
        case "ask_again":
            return reverse("facts"), _("Answer now")
        case "clinician_review" if step.encounter_id:
            return reverse("result", args=[step.encounter_id]), _("See what has arrived")
    return "", ""


@dataclass(frozen=True)
class MomentWords:
    """One line of the history; `kind` and `state` are a chip."""

    year: int
    day: str
    title: str
    url: str = ""
    kind: str = ""
    state: str = ""


def moments_in_words(moments: tuple[Moment, ...], patient: Patient, language: str) -> Iterator[MomentWords]:
    """The history, newest first, each line with its day where the patient lives."""
    for moment in moments:
        if isinstance(moment.subject, Step) and moment.subject.kind == REVIEW:
            # The signature that closed it stands beside it.
            continue
        day = local_day(moment.at, patient.zone)
        title, url, state = _moment(moment, language)
        yield MomentWords(day.year, day_in_words(day, language), title, url, "", state)


def _moment(moment: Moment, language: str) -> tuple[str, str, str]:
    match moment.subject:
        case Encounter() as encounter:
            return _encounter_title(encounter, language), reverse("result", args=[encounter.pk]), ""
        case ReportVersion() as version:
            return _("A doctor has answered"), reverse("result", args=[version.report.encounter_id]), _("Signed")
        case Step() as step:
            return step_title(step.kind, step.rule_id, language), "", _("Done")
        case Reminder():
            return _("A reminder was sent"), "", _("WeChat")


def _encounter_title(encounter: Encounter, language: str) -> str:
    if encounter.lesion is None:
        return _("Photos arrived")
    # Others may look over her shoulder at a list: a private area is not named in it.
    site = BODY_SITES[encounter.lesion.body_site]
    place = _("private area") if site.special == "intimate" else place_name(site.code, encounter.lesion.side, language)
    return _("Skin: %(place)s") % {"place": place}
