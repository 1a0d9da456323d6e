"""The steps of a child's visit: measure, photo, what it says, and the plan with a page for the parents."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.language import readers_language
from core import clock
from core.dates import day_in_words
from core.ids import new_id
from core.problems import Problem
from core.pure.days import local_day
from followup.child_words import measurement_in_words, visit_in_words
from followup.models import Step
from followup.pages.store.child_form import EYES, GROUPS, Group, MeasureForm
from followup.pages.store.strip import onward, strip
from followup.presenters import step_words
from followup.rules.sentences import sentence
from followup.visits import Visit
from screening.models import Measurement
from screening.myopia.selectors import latest_before
from screening.myopia.visits import record_measurements

TITLES: Mapping[str, str | Promise] = {"OD": _("Right eye (OD)"), "OS": _("Left eye (OS)")}


@dataclass(frozen=True)
class Control:
    """One control of an eye as the page shows it."""

    field: BoundField
    unit: str | Promise


@dataclass(frozen=True)
class GroupShown:
    """Controls entered together; `before` is the previous value with its day; `failed` and `confirm` are None where they are not offered."""

    controls: tuple[Control, ...]
    before: str
    failed: BoundField | None
    confirm: BoundField | None


def measure(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Numbers of the right eye, then of the left; a post keeps them and goes on. With nothing new it just goes on, once something is there."""
    before = latest_before(visit.patient, visit.encounter)
    if request.method == "POST":
        form = MeasureForm(request.POST)
        if form.is_valid() and _kept(form, visit, request):
            return redirect(onward(visit, "measure"))
    else:
        form = MeasureForm(initial={"form_id": new_id(), "notation": "five_point", "refractor": "autorefractor", "treatment": "none"})
    context = {
        "form": form,
        "eyes": [(TITLES[eye], [_shown(form, eye, group, before, visit) for group in GROUPS]) for eye in EYES],
        "now": visit_in_words(visit.encounter, readers_language()),
    }
    return render(request, "followup/store/child/measure.html", strip(request, visit, "measure") | context)


def result(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What the visit says by rule."""
    words = visit_in_words(visit.encounter, readers_language())
    return render(request, "followup/store/child/result.html", strip(request, visit, "result") | {"words": words, "onward": onward(visit, "result")})


def plan(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every open step of the child with its date, its reasons and its rule."""
    language, today = readers_language(), clock.today(visit.patient.zone)
    steps = Step.objects.filter(patient=visit.patient, state=Step.State.OPEN).order_by("-is_next", "due_on")
    context = {"steps_words": [step_words(step, language, today) for step in steps], "safety_net": sentence("safety_net_eye", language)}
    return render(request, "followup/store/child/plan.html", strip(request, visit, "plan") | context)


def _kept(form: MeasureForm, visit: Visit, request: HttpRequest) -> bool:
    entries = form.entries(clock.now())
    if not any(entry.laterality for entry in entries):
        if visit.encounter.measurements.exists():
            return True
        form.add_error(None, _("Nothing was entered yet. What cannot be measured is ticked so."))
        return False
    try:
        record_measurements(visit=visit.encounter, entries=entries, by=request.user)
    except Problem as problem:
        form.tell(problem)
        return False
    return True


def _shown(form: MeasureForm, eye: str, group: Group, before: Mapping[tuple[str, str], Measurement], visit: Visit) -> GroupShown:
    last = before.get((group.code, eye)) if group.name != "glasses" else None
    told = f"{measurement_in_words(last)} · {day_in_words(local_day(last.taken_at, visit.patient.zone), readers_language())}" if last else ""
    confirm = f"{eye}_{group.name}_confirmed"
    return GroupShown(
        controls=tuple(Control(form[f"{eye}_{control.name}"], control.unit) for control in group.controls),
        before=told,
        failed=form[f"{eye}_{group.name}_failed"] if group.may_fail else None,
        confirm=form[confirm] if confirm in form.asked or form.data.get(confirm) else None,
    )


CHILD_PAGES = {"measure": measure, "result": result, "plan": plan}
