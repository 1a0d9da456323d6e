"""What only a person can do: opened once per matter, done by somebody of the organisation that owns it."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import Http404

from accounts import audit
from accounts.models import Patient, User
from accounts.selectors import organisations_of
from core import clock
from followup.models import Task
from followup.selectors import owner_of

# Ours, until a clinician signs: a person hears the same day or the next; a photo that we failed is looked at within a day.
DUE = timedelta(hours=24)


def open_task(*, patient: Patient, kind: str, about: UUID) -> Task:
    """Put a matter on the list of the patient's organisation; the matter that came up again is open again.

    Call it inside the transaction that made the matter true. `kind` is photo_failed, call_patient, message_unknown or message_refused.
    """
    now = clock.now()
    task, made = Task.objects.get_or_create(
        kind=kind, about=about, defaults={"patient": patient, "owner": owner_of(patient), "due_at": now + DUE, "opened_at": now}
    )
    if task.done_at is not None:
        task.done_at, task.done_by, task.due_at = None, None, now + DUE
        task.save(update_fields=["done_at", "done_by", "due_at"])
        made = True
    if made:
        audit.record("open_task", actor=None, subject=task, patient=patient, kind=kind, about=about)
    return task


@transaction.atomic
def done(*, task: Task, by: User) -> Task:
    """Note that a member of the owning organisation did it; a second time changes nothing. Raises Http404 for anybody else."""
    if not organisations_of(by).filter(pk=task.owner_id).exists():
        raise Http404
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.done_at is None:
        _close(locked, by)
    return locked


def withdraw_task(*, kind: str, about: UUID) -> None:
    """Close a matter that settled itself, such as a failed photo that was read after all."""
    for task in Task.objects.select_for_update().filter(kind=kind, about=about, done_at__isnull=True):
        _close(task, None)


def _close(task: Task, by: User | None) -> None:
    task.done_at, task.done_by = clock.now(), by
    task.save(update_fields=["done_at", "done_by"])
    audit.record("close_task", actor=by, subject=task, patient=task.patient_id, kind=task.kind)
