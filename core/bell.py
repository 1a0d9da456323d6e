"""The bell: wake a worker after the transaction commits. A dead Redis never turns an accepted photo into an error or a wait."""

from functools import partial

import structlog
from django.db import transaction

log = structlog.get_logger("bell")


def ring_on_commit(task_name: str) -> None:
    """Ring `task_name` (no arguments, ever) once the present transaction is committed; failures are logged and forgotten.

    Workers look at their table every 15 seconds by themselves, so a bell that nobody hears costs seconds, not photos.
    """
    transaction.on_commit(partial(_ring, task_name), robust=True)


def _ring(task_name: str) -> None:
    from config.celery import app

    try:
        app.send_task(task_name, retry=False, ignore_result=True)
    except Exception as error:
        log.warning("bell_not_heard", task=task_name, error=type(error).__name__)
