"""Who is here: a check-in code, a look-up among the store's own people, or a registration."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.gate import for_store_staff
from accounts.models import Organisation


@require_safe
@for_store_staff
def find(request: HttpRequest, store: Organisation) -> HttpResponse:
    """The first step of a visit."""
    return render(request, "followup/store/find.html", {"store": store, "tab": "find"})
