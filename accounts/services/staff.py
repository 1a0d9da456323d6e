"""Organisations and who works there."""

from django.db import transaction

from accounts import audit
from accounts.models import Membership, Organisation, User
from accounts.services.sign_up import make_user
from core import clock


def ensure_reading_centre(*, name_zh: str, name_en: str) -> Organisation:
    """The default reading centre: made once; an existing one keeps its names, which consents have quoted."""
    with transaction.atomic():
        centre, made = Organisation.objects.get_or_create(
            is_default=True,
            defaults={"kind": Organisation.Kind.READING_CENTRE, "name_zh": name_zh, "name_en": name_en, "created_at": clock.now()},
        )
        if made:
            audit.record("make_organisation", actor=None, subject=centre)
        return centre


def ensure_clinician(*, organisation: Organisation, handle: str, name: str, password: str, is_demo: bool = False, on_duty: bool = False) -> User:
    """A clinician who works at the organisation from now on; `on_duty` lets her answer for the shared queue if nobody does yet.

    A known handle keeps its name and takes the new password.
    """
    with transaction.atomic():
        now = clock.now()
        user = User.objects.filter(handle=handle).first()
        if user is None:
            user = make_user(handle=handle, name=name, language="zh-hans", password=password, at=now, is_demo=is_demo)
            audit.record("add_clinician", actor=None, subject=user)
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
            audit.record("set_password", actor=None, subject=user)
        if not Membership.objects.filter(user=user, organisation=organisation, ends_at__isnull=True).exists():
            nobody_on_duty = not Membership.objects.filter(organisation=organisation, on_duty=True, ends_at__isnull=True).exists()
            membership = Membership.objects.create(
                user=user,
                organisation=organisation,
                role=Membership.Role.CLINICIAN,
                on_duty=on_duty and nobody_on_duty,
                starts_at=now,
            )
            audit.record("start_membership", actor=None, subject=membership, organisation=organisation.pk, on_duty=membership.on_duty)
        return user
