"""What may be shown of an encounter: the same view for the page, the API and the print-out, whatever its programme."""

from dataclasses import dataclass
from datetime import date

from core.dates import day_in_words
from core.pure.days import local_day
from followup.models import Step
from followup.rules.sentences import sentence
from screening.findings import Finding
from screening.models import Encounter, ReportVersion

WAITING = "doctor_will_answer"


@dataclass(frozen=True)
class Message:
    """One sentence in the reader's language; `code` is its row of sentences.csv."""

    code: str
    text: str
    laterality: str | None = None


@dataclass(frozen=True)
class ResultView:
    """What may be shown of an encounter now.

    `banner` is none, watch, see, now or blank; `also` are further messages about photos and answers to come;
    `preliminary`, `signed`, `safety_net` and `draft_rules` are sentences or None where they do not belong.
    `reading_released`: the patient may see what the program saw (overlay and details by eye). `finding` and `version`
    are for clinicians and for those details, never shown before `reading_released`.
    """

    encounter: Encounter
    code: str
    banner: str
    text: str
    date: date | None
    laterality: str | None
    also: tuple[Message, ...]
    preliminary: str | None
    signed: str | None
    safety_net: str | None
    draft_rules: str | None
    notice: str
    next_step: Step | None
    reading_released: bool
    finding: Finding
    version: ReportVersion | None


def signature(version: ReportVersion | None, encounter: Encounter, language: str) -> str | None:
    """Who signed this version and when; None for one that nobody signed."""
    if version is None or version.signed_by is None or version.signed_at is None:
        return None
    day = local_day(version.signed_at, encounter.patient.zone)
    return sentence("signed", language, doctor=version.signed_by.name or "", date=day_in_words(day, language))


def next_step_of(encounter: Encounter) -> Step | None:
    """The patient's step marked *next* (1 query)."""
    return Step.objects.filter(patient=encounter.patient, state=Step.State.OPEN, is_next=True).first()
