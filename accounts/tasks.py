"""Celery's way into accounts: one line each into a service."""

from celery import shared_task

from accounts import audit


@shared_task(name="accounts.tasks.seal_audit")
def seal_audit() -> None:
    """Seal what is committed since the last seal (beat, each minute)."""
    audit.seal()
