"""One page about a spot for a doctor: what to do and by when, and on a clinician's also what the program and the signature say."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import Patient
from core import clock
from core.dates import day_in_words
from core.pure.days import local_day
from followup.models import Step
from followup.presenters import REVIEW, step_words
from followup.result_view import ResultView
from followup.rules.sentences import SENTENCES, sentence
from followup.skin_results import released_lesion
from screening.models import Encounter, Reading
from screening.rules.skin.questionnaire import missing
from screening.rules.skin.urgency import LesionFinding
from screening.selectors import CorrectedPhoto, corrected_photos, latest_version
from screening.skin.findings import answer_rows, answers_now, asked_person
from screening.skin.selectors import lesion_of
from screening.skin.summary import SpotSummary, summary_photos
from screening.skin.words import AnswerLine, answers_in_words, place_in_words


def answers_of(encounter: Encounter, language: str) -> list[AnswerLine]:
    """Everything that was answered in the sitting, as it counts (1 query)."""
    person = asked_person(encounter.patient, encounter.opened_at)
    return list(answers_in_words(answers_now(answer_rows(encounter), person), person.age, language))


def is_unanswered(encounter: Encounter) -> bool:
    """Whether questions are still open and no report was made: there is nothing to tell yet (up to 2 queries)."""
    person = asked_person(encounter.patient, encounter.opened_at)
    return latest_version(encounter) is None and bool(missing(answers_now(answer_rows(encounter), person), person.age))


def hidden_words(encounter: Encounter) -> str:
    """That photos of a private area exist and are not shown; empty where there are none (1 query)."""
    return _("Photos of this place are hidden; a doctor can ask to see them.") if encounter.photos.filter(intimate=True).exists() else ""


def unread_words(encounter: Encounter, language: str) -> str:
    """Why the program did not read a photo of this spot; empty where it did (3 queries)."""
    reason = next((seen.reading.reason for seen in corrected_photos(encounter) if seen.outcome == Reading.Outcome.UNREAD), "")
    of_skin = f"unread.{reason}.skin"
    return sentence(of_skin if of_skin in SENTENCES else f"unread.{reason}", language) if reason else ""


def summary_for_patient(encounter: Encounter, language: str) -> SpotSummary:
    """How soon, what to do and by when as she may read it now, her answers and her photos; no class and no percentage."""
    return _summary(encounter, released_lesion(encounter, language), language, findings=())


def summary_for_clinician(encounter: Encounter, language: str) -> SpotSummary:
    """The same with what the program saw, the rules that hold and who signed."""
    released = released_lesion(encounter, language)
    return _summary(encounter, released, language, findings=tuple(_findings(encounter, released, language)))


def _summary(encounter: Encounter, released: ResultView, language: str, findings: tuple[tuple[str, str], ...]) -> SpotSummary:
    patient = encounter.patient
    notes = (released.preliminary, released.signed, _to_do(encounter, patient, language), released.safety_net)
    return SpotSummary(
        language=language,
        title=_("A spot on the skin: page for a doctor"),
        person=(
            patient.name or "",
            _("born %(year)s") % {"year": patient.birth_year},
            place_in_words(lesion_of(encounter), language),
            day_in_words(local_day(encounter.opened_at, patient.zone), language),
        ),
        headline=released.text,
        todo=tuple(words for words in notes if words),
        findings=findings,
        photos=summary_photos(encounter),
        hidden=hidden_words(encounter),
        answers=tuple(answers_of(encounter, language)),
        footer=tuple(words for words in (released.notice, sentence("skin_only", language), released.draft_rules) if words),
    )


def _to_do(encounter: Encounter, patient: Patient, language: str) -> str:
    """The step of this spot that the person takes herself, with its day."""
    steps = Step.objects.filter(encounter=encounter, state=Step.State.OPEN).exclude(kind=REVIEW).order_by("due_on", "id")
    step = steps.first()
    if step is None:
        return ""
    words = step_words(step, language, clock.today(patient.zone))
    return _("%(step)s – by %(day)s") % {"step": words.title, "day": words.day}


def _findings(encounter: Encounter, released: ResultView, language: str) -> Iterator[tuple[str, str]]:
    finding = released.finding
    assert isinstance(finding, LesionFinding)
    comma = ", " if language == "en" else "、"
    yield _("Rules that hold"), comma.join(sentence(f"row.{row}", language) for row in dict.fromkeys([*finding.row_ids, *finding.red_flags])) or "–"
    yield _("7-point sum"), "–" if finding.seven_point is None else str(finding.seven_point)
    if released.version and released.version.signed_by:
        yield _("Class, signed"), finding.lesion_class or released.version.other_finding or _("none of the six")
        if released.version.comment:
            yield _("Comment"), released.version.comment
    close_ups = [seen for seen in corrected_photos(encounter) if seen.reading.probabilities and not seen.is_other_person]
    for number, seen in enumerate(close_ups, start=1):
        yield _("Program, photo %(number)s") % {"number": number}, _read(seen)
    yield _("Signature"), released.signed or _("Not yet signed by a doctor.")


def _read(seen: CorrectedPhoto) -> str:
    """Classes by calibrated probability with their interval, the most likely first, and the version that read."""
    reading = seen.reading
    chances = {name.removeprefix("p_"): value for name, value in reading.probabilities.items()}
    likely = sorted(((name, value) for name, value in chances.items() if name.isupper()), key=lambda pair: -pair[1])
    words = [f"{name} {_percent(reading, name, value)}" for name, value in likely]
    if "suspicious" in chances:
        words.append(_("suspicious %(chance)s") % {"chance": _percent(reading, "suspicious", chances["suspicious"])})
    if reading.in_scope is False:
        words.insert(0, _("probably none of the six classes"))
    return " · ".join([*words, reading.model_version])


def _percent(reading: Reading, name: str, value: float) -> str:
    bounds = reading.intervals.get(f"p_{name}")
    return f"{value:.0%}" + (f" ({bounds[0]:.0%}–{bounds[1]:.0%})" if bounds else "")
