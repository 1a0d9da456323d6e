"""The four pages of a visit, by what the visit is: each programme brings its own."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gate import for_store_staff
from accounts.models import Organisation
from followup.pages.store import adult, chair
from followup.pages.store.child_visit import CHILD_PAGES
from followup.visits import Visit, visit_of
from screening.myopia.selectors import MYOPIA
from screening.selectors import EYE

Page = Callable[[HttpRequest, Visit], HttpResponseBase]

# By programme of the visit, then by step of the strip.
PAGES: Mapping[str, Mapping[str, Page]] = {
    EYE: {"measure": adult.measure, "photo": chair.photo, "result": adult.result, "plan": adult.plan},
    MYOPIA: {**CHILD_PAGES, "photo": chair.photo},
}


@require_http_methods(["GET", "POST"])
@for_store_staff
def measure(request: HttpRequest, store: Organisation, encounter_id: UUID) -> HttpResponseBase:
    """What is asked or measured before the photo; a post keeps it and goes on."""
    return _page(request, store, encounter_id, "measure")


@require_safe
@for_store_staff
def photo(request: HttpRequest, store: Organisation, encounter_id: UUID) -> HttpResponseBase:
    """One card per eye."""
    return _page(request, store, encounter_id, "photo")


@require_safe
@for_store_staff
def result(request: HttpRequest, store: Organisation, encounter_id: UUID) -> HttpResponseBase:
    """What the person herself may read now, nothing more."""
    return _page(request, store, encounter_id, "result")


@require_safe
@for_store_staff
def plan(request: HttpRequest, store: Organisation, encounter_id: UUID) -> HttpResponseBase:
    """The next step with its date and reason."""
    return _page(request, store, encounter_id, "plan")


def _page(request: HttpRequest, store: Organisation, encounter_id: UUID, step: str) -> HttpResponseBase:
    visit = visit_of(request.user, store, encounter_id)
    pages = PAGES.get(visit.encounter.programme)
    if pages is None:
        raise Http404
    return pages[step](request, visit)
