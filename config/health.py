"""`/readyz`: may this process take work? Database, Redis, storage, model hashes, and how long the oldest photo waits."""

from collections.abc import Callable

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis

from core import clock
from core.ids import new_id
from screening.classifiers import registry
from screening.models import JobState, Reading

QUEUE_AGE_LIMIT_S = 300


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5).ping()


def _storage() -> None:
    name = default_storage.save(f"incoming/ready-{new_id().hex}", ContentFile(b"ready"))
    default_storage.delete(name)


def _models() -> None:
    for programme in ("retina-dr", "skin-lesion"):
        registry.live(programme)


def _queue() -> None:
    oldest = Reading.objects.filter(state=JobState.QUEUED, due_at__lte=clock.now()).order_by("due_at").values_list("due_at", flat=True).first()
    if oldest is not None and (clock.now() - oldest).total_seconds() > QUEUE_AGE_LIMIT_S:
        raise RuntimeError


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "redis": _redis, "storage": _storage, "models": _models, "queue": _queue}


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything this service leans on answers, 503 otherwise; each by name, no detail."""
    found = {name: _answers(check) for name, check in CHECKS.items()}
    return JsonResponse({"ready": all(found.values()), "checks": found}, status=200 if all(found.values()) else 503)


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        return False
    return True
