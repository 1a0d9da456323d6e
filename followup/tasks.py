"""Celery entry points: each rings one service; none carries data."""

from celery import shared_task

from followup.services import delivery, sweep


@shared_task(name="followup.tasks.deliver_due")
def deliver_due() -> None:
    delivery.deliver_due()


@shared_task(name="followup.tasks.reconcile_stale")
def reconcile_stale() -> None:
    sweep.reconcile_stale()
