"""What withdrawing consent means here, in the same transaction."""

from typing import Any

from accounts.events import consent_withdrawn
from partners.extract import PURPOSE
from partners.services.snapshots import exclude


def leave_answers(sender: object, *, patient: Any, purpose: str, **_: Any) -> None:
    """Whoever withdraws research, or her whole record, is in no new answer."""
    if purpose in (PURPOSE, "care"):
        exclude(patient.pk)


def connect() -> None:
    """Called once when the app is ready."""
    consent_withdrawn.connect(leave_answers, dispatch_uid="partners.leave_answers")
