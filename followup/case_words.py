"""A case in the words of those who read it: grades, reasons, facts, clocks and what a decision means."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import day_in_words
from followup.cases import Case
from followup.rules.sentences import sentence, step_title
from followup.rules.steps import WantedStep
from screening.classifiers import registry, retina
from screening.classifiers.prior import CHANCES, at_prevalence
from screening.findings import person_finding_of
from screening.models import Fact, Reading, ReportVersion
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, EyeFinding, PersonFinding
from screening.selectors import CorrectedPhoto

Words = Mapping[str, str | Promise]

GRADES: Mapping[int, str | Promise] = {
    0: gettext_lazy("No retinopathy"),
    1: gettext_lazy("Mild"),
    2: gettext_lazy("Moderate"),
    3: gettext_lazy("Severe"),
    4: gettext_lazy("Proliferative"),
}
GRADES_SHORT: Mapping[int, str | Promise] = {
    0: gettext_lazy("No DR"),
    1: gettext_lazy("Mild"),
    2: gettext_lazy("Moderate"),
    3: gettext_lazy("Severe"),
    4: gettext_lazy("PDR"),
}
EYES: Words = {"OD": gettext_lazy("Right eye"), "OS": gettext_lazy("Left eye")}
# (label, the shape that repeats it)
CLASSES: Mapping[str, tuple[str | Promise, str]] = {
    "critical": (gettext_lazy("Critical"), "now"),
    "referable": (gettext_lazy("Referable"), "see"),
    "other": (gettext_lazy("Other"), ""),
}
REASONS: Words = {
    "blur": gettext_lazy("Blurred"),
    "too_dark": gettext_lazy("Too dark"),
    "too_bright": gettext_lazy("Too bright"),
    "off_centre": gettext_lazy("Macula or disc out of the field"),
    "arc_reflex": gettext_lazy("Bright arc at the edge"),
    "lashes": gettext_lazy("Lashes or lid in the picture"),
    "dirty_lens": gettext_lazy("Dirty lens"),
    "too_small": gettext_lazy("Too few pixels"),
    "media_opacity": gettext_lazy("Opacity of lens or vitreous"),
    "outer_eye": gettext_lazy("Shows the outside of the eye"),
    "not_fundus": gettext_lazy("Not a photo of the retina"),
}
OUTCOMES: Words = {
    "refused": gettext_lazy("Refused by the program"),
    "retake": gettext_lazy("Not readable for the program"),
    "failed": gettext_lazy("Failed by our fault; a person is on it"),
    "unread": gettext_lazy("Not read by the program"),
}
UNREAD: Words = {
    "no_automatic_reading": gettext_lazy("no consent to automatic reading"),
    "outside_age": gettext_lazy("under 18"),
    "age_unknown": gettext_lazy("age unknown"),
    "outside_diabetes": gettext_lazy("no diabetes known"),
}
QUALITY: Words = {"good": gettext_lazy("Good"), "usable": gettext_lazy("Usable"), "reject": gettext_lazy("Not readable")}
DME: Words = {"none": gettext_lazy("Not suspected"), "off_centre": gettext_lazy("Off centre"), "centre": gettext_lazy("At the centre")}
OTHER_FINDINGS: Words = {
    "cataract": gettext_lazy("Cataract"),
    "glaucoma": gettext_lazy("Suspected glaucoma"),
    "amd": gettext_lazy("Age-related macular degeneration"),
    "pathological_myopia": gettext_lazy("Pathological myopia"),
    "hypertensive_retinopathy": gettext_lazy("Hypertensive retinopathy"),
    "epiretinal_membrane": gettext_lazy("Epiretinal membrane"),
}
CORRECTIONS: Words = {
    "swap_eye": gettext_lazy("The other eye"),
    "wrong_person": gettext_lazy("Another person"),
    "not_readable": gettext_lazy("Not readable"),
}
TASKS: Words = {
    "photo_failed": gettext_lazy("A photo failed by our fault: look at it"),
    "call_patient": gettext_lazy("No message can reach this person, or she asked for it: please call"),
    "message_unknown": gettext_lazy("A message may not have arrived: please ask"),
    "message_refused": gettext_lazy("A message was refused: please call"),
    "ask_outcome": gettext_lazy("Has been there: ask what the doctor found"),
    "confirm_care": gettext_lazy("Says she is under a doctor: confirm it"),
    "cannot_come": gettext_lazy("Cannot come: find another way"),
    "wrong_person": gettext_lazy("The message reached somebody else: find the right phone"),
    "booked_late": gettext_lazy("Booked after the date: find an earlier day"),
}
QUESTIONS: Words = {
    "symptom": gettext_lazy("Sudden symptom"),
    "diabetes": gettext_lazy("Diabetes"),
    "diabetes_year": gettext_lazy("Diagnosed in"),
    "hba1c": gettext_lazy("HbA1c"),
    "pregnant": gettext_lazy("Pregnant"),
    "eye_treatment": gettext_lazy("Laser, injection or operation"),
    "under_eye_doctor": gettext_lazy("Under an eye doctor"),
}
ANSWERS: Words = {
    "none": gettext_lazy("none"),
    "type1": gettext_lazy("type 1"),
    "type2": gettext_lazy("type 2"),
    "gestational": gettext_lazy("in pregnancy only"),
    "unknown": gettext_lazy("not known"),
}
SOURCES: Words = {"self": gettext_lazy("told by the patient"), "staff": gettext_lazy("taken by staff"), "document": gettext_lazy("from a document")}


def class_of(rule_id: str) -> tuple[str, str]:
    """(label, shape) of a review by the rule that set its clock."""
    label, shape = CLASSES.get(rule_id.removeprefix("review_"), CLASSES["other"])
    return str(label), shape


def time_left(due: datetime, now: datetime) -> tuple[str, bool]:
    """How long until `due`, in the largest unit that says it, and whether it has passed."""
    left = due - now
    length = _length(abs(left))
    return (_("%(length)s overdue") % {"length": length}, True) if left < timedelta(0) else (length, False)


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    return ngettext("%(count)d day", "%(count)d days", span.days) % {"count": span.days}


def photos_told(finding: PersonFinding) -> str:
    """Which eyes a report is about, and what the patient complains of: the second line of the queue."""
    missing = [str(EYES[eye.laterality]) for eye in finding.eyes if eye.state == "missing"]
    words = [_("both eyes")] if not missing else [_("%(eye)s missing") % {"eye": eye} for eye in missing]
    if finding.symptom:
        words.append(_("sudden symptom"))
    return " · ".join(words)


def eye_told(eye: EyeFinding) -> str:
    """What a report says of one eye."""
    match eye.state:
        case "graded":
            return f"{eye.grade} – {GRADES[eye.grade or 0]}"
        case "ungradable":
            return _("Not readable") if eye.retakes >= PHOTOS_BEFORE_EXAMINATION else _("Not readable, one more photo")
        case "missing":
            return _("No photo")
        case "unread":
            return _("Not read by the program")
        case "exempt":
            return _("Not examined")
    return _("Being read")


def dme_told(finding: PersonFinding) -> str:
    """What a report says of macular oedema; never that there is none."""
    for place in ("centre", "off_centre"):
        if f"dme_{place}" in finding.row_ids:
            return str(DME[place])
    return _("Not assessed")


def version_rows(versions: Iterable[ReportVersion], language: str, zone: str) -> list[list[str]]:
    """Report versions as rows: what, right, left, oedema, remarks. Both languages print dates in their own manner."""
    rows = []
    for version in versions:
        finding = person_finding_of(version)
        by = version.signed_by.name if version.signed_by else _("by the program")
        day = day_in_words((version.signed_at or version.created_at).date(), language)
        remarks = " · ".join(text for text in (version.other_finding, version.comment, str(version.recall_on or "")) if text)
        rows.append([f"{day}, {by}", *(eye_told(eye) for eye in finding.eyes), dme_told(finding), remarks or "–"])
    return rows


def opinion_rows(seen: CorrectedPhoto) -> list[tuple[str, str]]:
    """What the program says of one photo: figures with their intervals, or why there are none."""
    reading = seen.reading
    if reading.outcome is None:
        return [(_("State"), _("Being read"))]
    if reading.outcome != Reading.Outcome.GRADED:
        why = UNREAD.get(reading.reason) or REASONS.get(reading.reason) or ""
        rows = [(str(OUTCOMES[reading.outcome]), str(why))]
    else:
        rows = [
            (_("Grade"), f"{reading.grade} – {GRADES[reading.grade or 0]}"),
            (_("Cannot rule out"), ", ".join(map(str, reading.grade_set)) or "–"),
        ]
    rows += _chance_rows(reading)
    rows += [(_("Also seen"), _also_seen(reading, name)) for name in reading.findings_seen]
    if reading.quality:
        rows.append((_("Quality"), str(QUALITY.get(reading.quality, reading.quality))))
    if reading.model_version:
        rows.append((_("Version"), reading.model_version))
    return rows


def _chance_rows(reading: Reading) -> list[tuple[str, str]]:
    """The three chances with their intervals, told at the prevalence that the version names."""
    labels = {"p_referable": _("Referable"), "p_any_dr": _("Any retinopathy"), "p_sight_threatening": _("Threatens sight")}
    given = {name: (chance, *reading.intervals.get(name, ())) for name, chance in reading.probabilities.items() if name in labels}
    met = registry.live(retina.PROGRAMME).prevalence.get("referable")
    if met is None or len(given) < len(CHANCES):
        return [(label, _chance(given[name])) for name, label in labels.items() if name in given]
    assumed = registry.live(retina.PROGRAMME).prior["referable"]
    ways = [at_prevalence(dict(zip(given, way, strict=True)), assumed, met) for way in zip(*given.values(), strict=True)]
    rows = [(label, _chance([way[name] for way in ways])) for name, label in labels.items()]
    return [*rows, (_("Chances hold where"), _("%(share)d of 100 eyes are referable") % {"share": round(100 * met)})]


def _also_seen(reading: Reading, name: str) -> str:
    """One other finding with its chance, and that nothing is decided by it."""
    chance = _chance((reading.probabilities[f"p_{name}"], *reading.intervals.get(f"p_{name}", ())))
    return _("%(finding)s %(chance)s: not assessed for treatment, an ophthalmologist decides") % {"finding": OTHER_FINDINGS[name], "chance": chance}


def _chance(numbers: Sequence[float]) -> str:
    """A chance alone, or with the low and high end of its interval."""
    value, *interval = (f"{number:.2f}" for number in numbers)
    return f"{value} ({'–'.join(interval)})" if interval else value


def fact_rows(case: Case, language: str) -> list[tuple[str, str, str]]:
    """(question, answer, when and from whom), with *not asked* where nobody has asked."""
    return [(str(label), *(_answer(case.facts[code], language) if code in case.facts else (_("not asked"), ""))) for code, label in QUESTIONS.items()]


def _answer(fact: Fact, language: str) -> tuple[str, str]:
    value = {True: _("yes"), False: _("no")}[fact.value] if isinstance(fact.value, bool) else str(ANSWERS.get(str(fact.value), fact.value))
    return f"{value} {fact.unit}".strip(), f"{day_in_words(fact.effective_on, language)}, {SOURCES[fact.source]}"


def step_told(step: WantedStep, language: str) -> tuple[str, str]:
    """(what and by when, why) of a step that a signature would open."""
    title = step_title(step.kind, step.rule_id, language)
    if step.laterality:
        title = _("%(step)s (%(eye)s)") % {"step": title, "eye": sentence(f"eye.{step.laterality}", language)}
    why = f"{sentence(f'reason.{step.reason}', language)} · {step.rule_id} {step.rule_version}"
    return _("%(day)s: %(step)s") % {"day": day_in_words(step.due, language), "step": title}, why
