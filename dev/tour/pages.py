"""The tour of the first page: ninety seconds through six people's screens, with the demo's real readings."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from dev.tour.scenes import SCENES


@require_safe
def tour(request: HttpRequest, code: str) -> HttpResponse:
    """One scene. Http404 outside the demo, and where the demo world was not played."""
    if settings.MODE != "demo" or code not in SCENES:
        raise Http404
    language = get_language() or "zh-hans"
    codes = list(SCENES)
    place = codes.index(code)
    context = {
        "scene": SCENES[code],
        "number": place + 1,
        "total": len(codes),
        "before": codes[place - 1] if place else "",
        "after": codes[place + 1] if place + 1 < len(codes) else "",
        **SCENES[code].read(language),
    }
    return render(request, "dev/tour.html", context)


urlpatterns = [path("<slug:code>/", tour, name="tour")]
