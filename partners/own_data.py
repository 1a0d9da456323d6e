"""Partners' part of erasing a throw-away person: nothing here names her, and no new answer counts her."""

from typing import Any

from accounts import own_data
from partners.services.snapshots import exclude


def erase(patient: Any) -> None:
    """Take an erased person out of every answer that is not drawn yet."""
    exclude(patient.pk)


def register() -> None:
    """Called once when the app is ready."""
    own_data.register("partners", erase=erase)
