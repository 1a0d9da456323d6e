"""A spot's case in the words of its dermatologist: rules that hold, figures with version and interval, versions, and what a decision means."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import day_in_words
from followup.rules.sentences import sentence
from screening.findings import lesion_finding_of
from screening.models import Reading, ReportVersion
from screening.rules.skin.decision import CANNOT_TELL, OTHER, RETAKE
from screening.rules.skin.protocol import ROW_OF_URGENCY
from screening.rules.skin.urgency import CLASSES, LesionFinding
from screening.selectors import CorrectedPhoto

Words = Mapping[str, str | Promise]

CLASS_WORDS: Words = {
    "ACK": gettext_lazy("Actinic keratosis"),
    "BCC": gettext_lazy("Basal cell carcinoma"),
    "MEL": gettext_lazy("Melanoma"),
    "NEV": gettext_lazy("Naevus"),
    "SCC": gettext_lazy("Squamous cell carcinoma"),
    "SEK": gettext_lazy("Seborrhoeic keratosis"),
    OTHER: gettext_lazy("Another condition"),
    CANNOT_TELL: gettext_lazy("Cannot tell"),
}
SLOTS: Words = {"overview": gettext_lazy("From further away"), "close_up": gettext_lazy("Close up")}
STATES: Words = {
    "graded": gettext_lazy("Readable"),
    "out_of_scope": gettext_lazy("None of the six classes"),
    "unread": gettext_lazy("Not read by the program"),
    "ungradable": gettext_lazy("Not readable"),
    "missing": gettext_lazy("No usable close-up"),
    "pending": gettext_lazy("Being read"),
    "answers_only": gettext_lazy("Answers without a photo"),
}
REASONS: Words = {
    "blur": gettext_lazy("Blurred"),
    "too_dark": gettext_lazy("Too dark"),
    "too_bright": gettext_lazy("Too bright"),
    "too_small": gettext_lazy("Too few pixels"),
    "not_skin": gettext_lazy("Does not show skin"),
    "dermoscopy": gettext_lazy("A dermoscope's picture"),
    "wrong_programme": gettext_lazy("A picture for another programme"),
    "no_automatic_reading": gettext_lazy("no consent to automatic reading"),
    "outside_age": gettext_lazy("under 12"),
    "age_unknown": gettext_lazy("age unknown"),
    "intimate_site": gettext_lazy("a private area"),
}
OUTCOMES: Words = {
    "refused": gettext_lazy("Refused by the program"),
    "retake": gettext_lazy("Not readable for the program"),
    "failed": gettext_lazy("Failed by our fault; a person is on it"),
    "unread": gettext_lazy("Not read by the program"),
}


def urgency_told(urgency: str, language: str) -> str:
    """What an urgency asks for and by when."""
    if urgency == RETAKE:
        return _("Take it again")
    row = ROW_OF_URGENCY.get(urgency)
    return sentence(f"row.{row.id}", language) if row else "–"


def spot_told(finding: LesionFinding) -> str:
    """What a report says of the photos, for the second line of the queue."""
    words = [str(STATES[finding.state])]
    if finding.emergency:
        words.append(_("emergency told"))
    return " · ".join(words)


def rules_told(finding: LesionFinding, language: str) -> list[str]:
    """The rows that hold, the most pressing first, then what holds whatever the photos show."""
    return [
        sentence(f"row.{row}", language) for row in dict.fromkeys([*finding.row_ids, *finding.red_flags]) if row.removeprefix("skin_") not in _RAISING
    ]


# They raise what the others ask for, and stand in the answers in words.
_RAISING = frozenset({"immunosuppressed", "family_melanoma"})


def class_told(finding: LesionFinding) -> str:
    """The class a report carries."""
    return f"{finding.lesion_class} – {CLASS_WORDS[finding.lesion_class]}" if finding.lesion_class else _("none of the six")


def spot_version_rows(versions: Iterable[ReportVersion], language: str) -> list[list[str]]:
    """Report versions as rows: who and when, class, urgency, remarks."""
    rows = []
    for version in versions:
        finding = lesion_finding_of(version)
        by = version.signed_by.name if version.signed_by else _("by the program")
        day = day_in_words((version.signed_at or version.created_at).date(), language)
        remarks = " · ".join(text for text in (version.other_finding, version.comment, str(version.recall_on or "")) if text)
        rows.append([f"{day}, {by}", class_told(finding), urgency_told(finding.urgency, language), remarks or "–"])
    return rows


def spot_opinion(seen: CorrectedPhoto) -> Iterator[tuple[str, str]]:
    """What the program says of one photo: every class with its probability, the suspicion with its interval, the version – or why it says nothing."""
    reading = seen.reading
    if reading.outcome is None:
        yield _("State"), _("Being read")
        return
    if reading.outcome != Reading.Outcome.GRADED:
        yield str(OUTCOMES[reading.outcome]), str(REASONS.get(reading.reason, "–"))
    if reading.in_scope is not None:
        yield _("One of the six classes"), _("yes") if reading.in_scope else _("probably not")
    if "p_suspicious" in reading.probabilities:
        yield _("Suspicious"), _chance(reading, "p_suspicious")
    known = [name for name in CLASSES if f"p_{name}" in reading.probabilities]
    for name in sorted(known, key=lambda name: -reading.probabilities[f"p_{name}"]):
        yield f"{name} – {CLASS_WORDS[name]}", _chance(reading, f"p_{name}")
    if reading.class_set:
        yield _("Classes not ruled out"), ", ".join(reading.class_set)
    if reading.model_version:
        yield _("Version"), reading.model_version


def _chance(reading: Reading, name: str) -> str:
    value = f"{reading.probabilities[name]:.2f}"
    interval = reading.intervals.get(name)
    return f"{value} ({interval[0]:.2f}–{interval[1]:.2f})" if interval else value
