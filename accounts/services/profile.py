"""What a person may change about her own account."""

from django.db import transaction

from accounts import audit
from accounts.models import Patient, User


def set_language(*, user: User, language: str) -> None:
    """The language of pages and messages from now on (`zh-hans` or `en`)."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(language=language)
        Patient.objects.filter(user=user).update(language=language)
        audit.record("set_language", actor=user, subject=user, language=language)
