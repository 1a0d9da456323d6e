"""Celery entry points: each rings one service; none carries data."""

from celery import shared_task

from partners.services import answering


@shared_task(name="partners.tasks.answer_due")
def answer_due() -> None:
    answering.answer_due()
