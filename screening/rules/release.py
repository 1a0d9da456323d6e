"""What a patient may read about a finding, before and after a clinician signed it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.pure.days import local_day
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, EyeFinding, PersonFinding
from screening.rules.protocol_rows import POLICY

WAITING_SENTENCE = timedelta(days=POLICY["waiting_sentence"].value)


@dataclass(frozen=True)
class Sentence:
    """A code of sentences.csv with what it needs to be printed.

    `banner` is none (nothing found), watch, see, now or blank (not readable, waiting). `safety_net` says that the
    safety-net sentence belongs under it, `preliminary` that the words *not yet signed* do.
    """

    code: str
    banner: str
    date: date | None = None
    laterality: str | None = None
    preliminary: bool = False

    @property
    def safety_net(self) -> bool:
        return self.banner != "now"


def patient_sentence(
    finding: PersonFinding,
    *,
    signed: bool,
    release_unsigned: bool,
    may_reassure: bool,
    accepted_at: datetime,
    zone: str,
    due: date | None,
    earlier_referable: bool = False,
) -> Sentence:
    """The banner of the result page: exactly one sentence.

    Before a signature: *a doctor will answer* unless `release_unsigned`; then a referable finding with its provisional
    date; everything else only if the weights `may_reassure` and no earlier referral is open (`earlier_referable`: a
    classifier never lowers it). The date of *a doctor will answer* is always acceptance + 7 days in the patient's
    `zone`, so that it tells nothing. A symptom and an encounter without any grade are told whatever the switches say.
    `due` is followup's date for the finding; without one no sentence that needs a date is shown.
    Source: DESIGN.md section 4 walk 2, UX.md "Words".
    """
    if finding.symptom:
        return Sentence("now_eye", "now")
    waiting = Sentence("doctor_will_answer", "blank", date=local_day(accepted_at, zone) + WAITING_SENTENCE)
    if finding.worst_grade is None and not finding.referable:
        gaps = always_shown(finding)
        return gaps[0] if gaps else waiting
    if not (signed or release_unsigned):
        return waiting
    if finding.referable:
        return Sentence("see_a_doctor", "see", date=due, preliminary=not signed) if due else waiting
    if not signed and (not may_reassure or earlier_referable or finding.suspected_referable_ungradable or due is None):
        return waiting
    return _calm(finding, waiting, due, preliminary=not signed)


def always_shown(finding: PersonFinding) -> tuple[Sentence, ...]:
    """The messages about photos that are shown whatever was signed: examination in person, retake, missing eye."""
    gaps = [sentence for eye in finding.eyes if (sentence := _gap(eye)) is not None]
    return tuple(sorted(gaps, key=lambda sentence: _GAP_ORDER.index(sentence.code)))


_GAP_ORDER = ("examination_in_person", "not_readable", "eye_missing")


def _gap(eye: EyeFinding) -> Sentence | None:
    if eye.state == "ungradable" and eye.retakes >= PHOTOS_BEFORE_EXAMINATION:
        return Sentence("examination_in_person", "see", laterality=eye.laterality)
    if eye.state == "ungradable":
        return Sentence("not_readable", "blank", laterality=eye.laterality)
    if eye.state == "missing":
        return Sentence("eye_missing", "blank", laterality=eye.laterality)
    return None


def _calm(finding: PersonFinding, waiting: Sentence, due: date | None, *, preliminary: bool) -> Sentence:
    """Sentences that reassure or nearly so: only for a person whose two eyes were both graded."""
    if finding.incomplete:
        gaps = always_shown(finding)
        return gaps[0] if gaps else waiting
    if finding.worst_grade == 0:
        return Sentence("nothing_found", "none", preliminary=preliminary)
    return Sentence("watch", "watch", date=due, preliminary=preliminary) if due else waiting
