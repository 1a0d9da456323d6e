"""The one-page summary of a spot for a doctor: what stands on it, and the page as PDF."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from screening.models import Encounter, Photo, Reading
from screening.selectors import corrected_photos
from screening.skin.words import AnswerLine

PAGE = Path(__file__).parent / "summary.typ"
SHOWN = (Reading.Outcome.GRADED, Reading.Outcome.UNREAD)


@dataclass(frozen=True)
class SummaryPhoto:
    """One photo with the words under it."""

    photo: Photo
    caption: str


@dataclass(frozen=True)
class SpotSummary:
    """All texts are in `language` (zh-hans or en) and ready to be printed.

    `findings` (label, words) are what the program and the signature say: only on a clinician's version, else empty. `hidden` says that photos of a
    private area exist and are not shown.
    """

    language: str
    title: str
    person: tuple[str, ...]
    headline: str
    todo: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]
    photos: tuple[SummaryPhoto, ...]
    hidden: str
    answers: tuple[AnswerLine, ...]
    footer: tuple[str, ...]


def summary_photos(encounter: Encounter) -> tuple[SummaryPhoto, ...]:
    """The usable photos of a spot that may be shown unasked: intimate ones never (3 queries)."""
    usable = [seen.photo for seen in corrected_photos(encounter) if seen.outcome in SHOWN and not seen.is_other_person]
    shown = [photo for photo in usable if photo.wrapped_key is not None and not photo.intimate]
    return tuple(SummaryPhoto(photo, _("From further away") if photo.slot == Photo.Slot.OVERVIEW else _("Close up")) for photo in shown)


def summary_pdf(summary: SpotSummary, picture: Callable[[Photo], bytes]) -> bytes:
    """The summary on A4. `picture` gives the JPEG of a photo the reader may see.

    Everything a person wrote reaches Typst as JSON and is printed as it stands, never read as markup.
    """
    # Typst and its font weigh 50 MB: a web process loads them with the first summary.
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    told = {
        "language": "en" if summary.language == "en" else "zh",
        "title": summary.title,
        "person": summary.person,
        "headline": summary.headline,
        "todo": summary.todo,
        "findings": summary.findings,
        "pictures": list(_drawn(summary, picture)),
        "hidden": summary.hidden,
        "answers": [(line.question, line.answer, line.is_yes) for line in summary.answers],
        "footer": summary.footer,
        "headings": {"findings": _("What the program and the doctor say"), "photos": _("Photos"), "answers": _("Answers")},
    }
    page: bytes = typst.compile(
        PAGE, font_paths=[sans_path().parent], ignore_system_fonts=True, sys_inputs={"told": json.dumps(told, ensure_ascii=False)}
    )
    return page


def _drawn(summary: SpotSummary, picture: Callable[[Photo], bytes]) -> Iterator[tuple[str, str]]:
    """Each photo inside an SVG, the one way a picture reaches Typst without a file of its own."""
    for shown in summary.photos:
        jpeg = base64.b64encode(picture(shown.photo)).decode()
        yield (
            shown.caption,
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><image width="4" height="3" href="data:image/jpeg;base64,{jpeg}"/></svg>',
        )
