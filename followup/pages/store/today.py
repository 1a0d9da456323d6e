"""Today's list of a store."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.gate import for_store_staff
from accounts.models import Organisation


@require_safe
@for_store_staff
def today(request: HttpRequest, store: Organisation) -> HttpResponse:
    """The store's sittings of today, and what is still open for its people."""
    return render(request, "followup/store/today.html", {"store": store, "tab": "today"})
