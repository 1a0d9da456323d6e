"""What really happened with a step, told by a person: the only way in which a referral, an examination or a same-day step ends."""

from datetime import date

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient, User
from accounts.selectors import organisations_of
from core import clock
from core.problems import Problem
from followup.models import Step
from followup.patient_state import RECORDED
from followup.services.reconcile import close_step, reconcile_patient


@transaction.atomic
def record_outcome(*, step: Step, outcome: str, by: User, next_due: date | None = None) -> Step:
    """Close a step as attended, declined or deceased, with the next date if one was given, and plan anew.

    Raises Http404 for anybody outside the owning organisation, Problem `not_an_outcome` (422) for another word – "sent" and "no reply" close
    nothing – and `step_closed` (409) where the step is no longer open.
    """
    if not organisations_of(by).filter(pk=step.owner_id).exists():
        raise Http404
    if outcome not in RECORDED:
        raise Problem("not_an_outcome", _("Only what really happened closes a step: attended, declined or deceased."), status_code=422, found=outcome)
    patient = Patient.objects.select_for_update().get(pk=step.patient_id)
    locked = Step.objects.select_for_update().get(pk=step.pk)
    if locked.state != Step.State.OPEN:
        raise Problem("step_closed", _("This step is no longer open. Please look at the case again."), status_code=409)
    locked.outcome_due_on = next_due
    close_step(locked, Step.State.DONE, outcome, clock.now(), by=by)
    reconcile_patient(patient)
    return locked
