"""Try with a sample: the program's reading as a clinician sees it, beside the sentence a patient would get."""

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from rest_framework.views import APIView

from core import clock
from core.throttling import SampleTries
from followup.results import released_result
from screening.eyes_in_words import ShownPhoto, eye_name, photos_shown
from screening.models import JobState
from screening.own_samples import is_own, remember
from screening.progress import is_slow, progress_of
from screening.selectors import corrected_photos, sample_encounter
from screening.services.samples import credit_lines
from screening.services.samples import try_sample as send_pair

QUALITY_WORDS: Mapping[str, str | Promise] = {"good": gettext_lazy("Good"), "usable": gettext_lazy("Usable"), "reject": gettext_lazy("Not readable")}


@require_POST
def try_sample(request: HttpRequest, name: str) -> HttpResponse:
    """Send a pair through the real queue for a new throw-away person of this session."""
    if not SampleTries().allow_request(request, APIView()):
        return render(request, "followup/patient/samples_spent.html", status=429)
    encounter = send_pair(name)
    remember(request.session, encounter.pk)
    return redirect("sample", encounter.pk)


@require_safe
def sample(request: HttpRequest, encounter_id: UUID) -> HttpResponse:
    """How far the pair is, then what was read; asked for again every two seconds until both eyes are done, 304 while nothing changed."""
    encounter = sample_encounter(encounter_id) if is_own(request.session, encounter_id) else None
    if encounter is None:
        raise Http404
    language = get_language() or "zh-hans"
    seen = corrected_photos(encounter)
    now = clock.now()
    eyes = [(eye_name(photo.laterality), progress_of(photo.reading, now)) for photo in seen]
    is_waiting = any(progress for _eye, progress in eyes)
    states = "-".join(f"{photo.reading.state}{photo.reading.state != JobState.DONE and is_slow(photo.reading, now)}" for photo in seen)
    etag = f'"{states}-{language}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    context: dict[str, object] = {"sample_id": encounter_id, "eyes": eyes, "is_waiting": is_waiting, "etag": etag, "credits": credit_lines()}
    if not is_waiting:
        photos = photos_shown(encounter, request.session, with_attention=True)
        context |= {"photos": photos, "result": released_result(encounter, language), **_table(photos)}
    response = render(request, "followup/patient/sample.html", context)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    return response


def _table(photos: list[ShownPhoto]) -> dict[str, object]:
    """What a clinician sees of each reading: figures with their intervals."""
    readings = [shown.photo.reading for shown in photos]
    chances = [(_("Needs a referral"), "p_referable"), (_("Any retinopathy"), "p_any_dr"), (_("Threatens sight"), "p_sight_threatening")]
    rows = [
        [_("Grade (0–4)"), *(_number(reading.grade) for reading in readings)],
        [_("Grades it cannot rule out"), *(", ".join(map(str, reading.grade_set)) or "–" for reading in readings)],
        *([label, *(_chance(reading.probabilities, reading.intervals, name) for reading in readings)] for label, name in chances),
        [_("Quality"), *(QUALITY_WORDS.get(reading.quality, "–") for reading in readings)],
        [_("Model"), *(reading.model_version or "–" for reading in readings)],
    ]
    return {"columns": ["", *(shown.eye for shown in photos)], "rows": rows}


def _number(grade: int | None) -> str:
    return "–" if grade is None else str(grade)


def _chance(probabilities: Mapping[str, float], intervals: Mapping[str, list[float]], name: str) -> str:
    if name not in probabilities:
        return "–"
    low, high = intervals.get(name, [None, None])
    return f"{probabilities[name]:.2f}" + (f" ({low:.2f}–{high:.2f})" if low is not None and high is not None else "")


sample_urls = [
    path("samples/<slug:name>/try/", try_sample, name="try_sample"),
    path("samples/<uuid:encounter_id>/", sample, name="sample"),
]
