"""Celery entry points: each rings one service; none carries data."""

from celery import shared_task

from screening.services import reading, reports, samples, shadows, storage


@shared_task(name="screening.tasks.read_queued")
def read_queued() -> None:
    reading.read_queued()


@shared_task(name="screening.tasks.return_expired_leases")
def return_expired_leases() -> None:
    reading.return_expired_leases()


@shared_task(name="screening.tasks.compose_due")
def compose_due() -> None:
    reports.compose_due()


@shared_task(name="screening.tasks.erase_expired_samples")
def erase_expired_samples() -> None:
    samples.erase_expired()


@shared_task(name="screening.tasks.sweep_blobs")
def sweep_blobs() -> None:
    storage.sweep_blobs()


@shared_task(name="screening.tasks.read_shadows")
def read_shadows() -> None:
    shadows.read_shadows()


def look_at_shadows() -> None:
    """What a worker of the queue `shadow` looks at by itself."""
    shadows.return_expired_leases()
    shadows.read_shadows()


def look() -> None:
    """What a reading worker looks at by itself."""
    reading.return_expired_leases()
    reading.read_queued()
