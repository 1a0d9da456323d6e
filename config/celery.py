"""The bell. Celery and Redis only ring; every job is a row in PostgreSQL (core.leases)."""

import os
import subprocess
import sys
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("screening")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_default_queue = "deliver"
app.conf.task_routes = {
    "screening.tasks.read_queued": {"queue": "read"},
    "screening.tasks.read_shadows": {"queue": "shadow"},
    "partners.tasks.answer_due": {"queue": "gateway"},
}
app.conf.beat_schedule = {
    "ring-readings": {"task": "screening.tasks.read_queued", "schedule": 15.0},
    "return-leases": {"task": "screening.tasks.return_expired_leases", "schedule": 15.0},
    "compose-due": {"task": "screening.tasks.compose_due", "schedule": 30.0},
    "deliver-due": {"task": "followup.tasks.deliver_due", "schedule": 15.0},
    "answer-due": {"task": "partners.tasks.answer_due", "schedule": 15.0},
    "reconcile-stale": {"task": "followup.tasks.reconcile_stale", "schedule": 60.0},
    "seal-audit": {"task": "accounts.tasks.seal_audit", "schedule": 60.0},
    "erase-demo": {"task": "screening.tasks.erase_expired_samples", "schedule": 3600.0},
    "sweep-blobs": {"task": "screening.tasks.sweep_blobs", "schedule": 3600.0},
}


_served: list[str] = []


@celeryd_after_setup.connect
def note_queues(sender: str, instance: Any, **_: Any) -> None:
    """Remember which queues this worker serves; its processes are forked afterwards."""
    _served.extend(instance.app.amqp.queues.consume_from)
    if "read" in _served:
        _prove_engine()


def _prove_engine() -> None:
    """A worker whose torch engine is off does not start. In a process of its own: CUDA that was touched before the fork is lost after it."""
    from django.conf import settings

    if settings.ENGINE == "torch" and subprocess.run([sys.executable, "manage.py", "check_engines"], cwd=settings.BASE_DIR, check=False).returncode:
        raise SystemExit("the engine does not compute what was released: see the line above")


@worker_process_init.connect
def look_without_being_rung(**_: Any) -> None:
    """Every worker also looks at its table by itself: a consumer can go deaf after its broker came back."""
    from core.watch import start_watching

    if _served == ["shadow"]:
        # What nobody waits for yields the cores to what somebody does.
        os.nice(10)
    for queue in _served:
        start_watching(queue)
