"""Followup's part of erasing a throw-away person: everything planned for her and said to her."""

from accounts import own_data
from accounts.models import Patient
from followup.models import Attempt, CreditEntry, Reminder, Reply, Step, Sweep, Task, WechatAccount


def erase(patient: Patient) -> None:
    """Remove everything followup holds of a person."""
    CreditEntry.objects.filter(patient=patient).delete()
    Attempt.objects.filter(reminder__patient=patient).delete()
    for model in (Reminder, Reply, Step, Task, WechatAccount, Sweep):
        model._default_manager.filter(patient=patient).delete()


def register() -> None:
    """Called once when the app is ready."""
    own_data.register("followup", erase=erase)
