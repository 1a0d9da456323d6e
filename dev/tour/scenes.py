"""The six scenes of the tour: each shows what one kind of person sees, read from the demo world as its own page reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Patient, User
from core import clock
from followup.case_words import opinion_rows
from followup.pages.store.today import MATTERS, PROGRAMMES
from followup.presenters import step_words
from followup.results import released_result
from followup.rules.sentences import sentence
from followup.store_day import day_of
from partners.models import Question
from partners.pages.bars import chart
from partners.presenters import told
from partners.query_words import in_words
from screening.models import Encounter
from screening.selectors import corrected_photos


@dataclass(frozen=True)
class Scene:
    """One stop: `who` sees it, what it is called, and how its content is read in a language."""

    code: str
    who: str | Promise
    title: str | Promise
    read: Callable[[str], dict[str, Any]]


def _patient() -> Patient:
    found = Patient.objects.filter(user__handle="demo", is_demo=True).first()
    if found is None:
        raise Http404
    return found


def _encounter() -> Encounter:
    """Her last signed check. Raises Http404 where the demo world was not played."""
    found = Encounter.objects.filter(patient=_patient(), report__isnull=False).order_by("-opened_at").first()
    if found is None:
        raise Http404
    return found


def _result(language: str) -> dict[str, Any]:
    return {"result": released_result(_encounter(), language)}


def _reading(language: str) -> dict[str, Any]:
    photos = corrected_photos(_encounter())
    return {"eyes": [(sentence(f"eye.{seen.laterality}", language), opinion_rows(seen)) for seen in photos], **_result(language)}


def _date(language: str) -> dict[str, Any]:
    step = released_result(_encounter(), language).next_step
    if step is None:
        raise Http404
    return {"step": step_words(step, language, clock.today(step.patient.zone))}


def _reminder(language: str) -> dict[str, Any]:
    return {"message": sentence("notification", language), **_date(language)}


def _store(language: str) -> dict[str, Any]:
    staff = User.objects.filter(handle="shop.li", is_demo=True).first()
    store = Organisation.objects.filter(memberships__user=staff).first()
    if staff is None or store is None:
        raise Http404
    lines = [
        (line.patient.name, PROGRAMMES.get(line.encounter.programme, ""), [MATTERS[code] for code in line.open])
        for line in day_of(staff, store).lines
    ]
    return {"store": store.name_en if language == "en" else store.name_zh, "lines": lines}


def _partner(language: str) -> dict[str, Any]:
    asked = Question.objects.filter(agreement__is_demo=True, outcome=Question.Outcome.ANSWERED).order_by("created_at")
    found = next((answer for answer in map(told, asked) if answer.cells and answer.query.by == ("latest_grade",)), None)
    if found is None:
        raise Http404
    return {"words": in_words(found.query, language), "found": found, "chart": chart(found.cells, language)}


SCENES: Mapping[str, Scene] = {
    scene.code: scene
    for scene in (
        Scene("patient", _("Li Guifang, 68, with diabetes"), _("What she reads on her phone"), _result),
        Scene("clinician", _("Wang Min, eye doctor"), _("What the program said, and who signed"), _reading),
        Scene("date", _("Li Guifang"), _("Her next date, and why it is this one"), _date),
        Scene("reminder", _("Li Guifang"), _("The reminder, answered by one tap"), _reminder),
        Scene("store", _("Li Xiang, at the store's camera"), _("Today's visits, and what is still open"), _store),
        Scene("partner", _("Lin Lan, researcher"), _("An answer that exposes nobody"), _partner),
    )
}
