"""The token endpoint's own limit, counted in PostgreSQL: guessing secrets must not become cheap when Redis is away."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core import clock
from core.crypto import blind_index
from core.problems import Problem
from partners.models import TokenRequest
from partners.rules.policy import POLICY

WITHIN = timedelta(minutes=5)
KEPT = timedelta(hours=1)


def count_token_request(*callers: str) -> None:
    """Count one call of each caller (an address, a client id). Raises Problem `too_many_requests` (429) above the limit of five minutes."""
    now = clock.now()
    TokenRequest.objects.filter(at__lt=now - KEPT).delete()
    for caller in callers:
        index = blind_index(caller, field="partners.tokenrequest.caller")
        # Written before it is counted, so that of many at once only the first few see a count within the limit.
        TokenRequest.objects.create(caller_index=index, at=now)
        if TokenRequest.objects.filter(caller_index=index, at__gt=now - WITHIN).count() > POLICY["token_requests"].value:
            raise Problem(
                "too_many_requests", _("Too many token requests. A token holds for an hour: please keep it."), status_code=429, retry_after=300
            )
