"""Answers about a person, appended with date and source; the newest holds, none is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Patient, User
from core import clock
from screening import events
from screening.models import Fact


@dataclass(frozen=True)
class Answer:
    """One answer: `value` is a word, a number or a boolean as screening.rules.questions allows; `effective_on` when it was true."""

    code: str
    value: Any
    effective_on: date
    unit: str = ""


@transaction.atomic
def record_facts(*, patient: Patient, answers: Sequence[Answer], source: str, by: User | None) -> list[Fact]:
    """Append the answers and tell followup; a yes to the symptom question thereby opens today's step at once."""
    now = clock.now()
    facts = Fact.objects.bulk_create(
        Fact(
            patient=patient,
            code=answer.code,
            value=answer.value,
            unit=answer.unit,
            effective_on=answer.effective_on,
            source=source,
            recorded_by=by,
            recorded_at=now,
        )
        for answer in answers
    )
    audit.record("record_facts", actor=by, subject=patient, patient=patient, codes=[answer.code for answer in answers], source=source)
    events.facts_recorded.send(sender=Fact, patient=patient)
    return facts
