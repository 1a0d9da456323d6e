"""The gate of the partner's pages: signed in, and bound to an agreement; for anybody else they are not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from partners.models import Agreement
from partners.selectors import agreement_of_member

Given = ParamSpec("Given")
Page = Callable[Concatenate[HttpRequest, Agreement, Given], HttpResponse]


def for_members(page: Page[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponse]:
    """Call `page(request, agreement, …)` for a signed-in member. Raises Http404 for others."""

    @never_cache
    @wraps(page)
    def gated(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        agreement = agreement_of_member(request.user)
        if agreement is None:
            raise Http404
        return page(request, agreement, *args, **kwargs)

    return gated
