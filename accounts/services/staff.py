"""Organisations and who works there."""

from typing import Any

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


def ensure_clinician(
    *,
    organisation: Organisation,
    handle: str,
    name: str,
    password: str,
    is_demo: bool = False,
    on_duty: bool = False,
    specialty: str = Membership.Specialty.EYE,
) -> User:
    """A clinician who works at the organisation from now on; `on_duty` lets her answer for her specialty's queue if nobody does yet.

    A known handle keeps its name and takes the new password.
    """
    with transaction.atomic():
        user = _ensure_login(handle, name, password, is_demo, verb="add_clinician")
        taken = Membership.objects.filter(organisation=organisation, specialty=specialty, on_duty=True, ends_at__isnull=True).exists()
        _start_membership(user, organisation, Membership.Role.CLINICIAN, specialty=specialty, on_duty=on_duty and not taken)
        return user


def ensure_store(*, name_zh: str, name_en: str) -> Organisation:
    """The store of this Chinese name: made once; an existing one keeps its names, which consents have quoted."""
    with transaction.atomic():
        store, made = Organisation.objects.get_or_create(
            kind=Organisation.Kind.STORE, name_zh=name_zh, defaults={"name_en": name_en, "created_at": clock.now()}
        )
        if made:
            audit.record("make_organisation", actor=None, subject=store)
        return store


def ensure_store_staff(*, store: Organisation, handle: str, name: str, password: str, is_demo: bool = False) -> User:
    """A member of staff who works at the store from now on. A known handle keeps its name and takes the new password."""
    with transaction.atomic():
        user = _ensure_login(handle, name, password, is_demo, verb="add_store_staff")
        _start_membership(user, store, Membership.Role.STORE_STAFF)
        return user


def _ensure_login(handle: str, name: str, password: str, is_demo: bool, *, verb: str) -> User:
    user = User.objects.filter(handle=handle).first()
    if user is None:
        user = make_user(handle=handle, name=name, language="zh-hans", password=password, at=clock.now(), is_demo=is_demo)
        audit.record(verb, actor=None, subject=user)
    elif not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record("set_password", actor=None, subject=user)
    return user


def _start_membership(user: User, organisation: Organisation, role: Membership.Role, **columns: Any) -> None:
    if Membership.objects.filter(user=user, organisation=organisation, ends_at__isnull=True).exists():
        return
    membership = Membership.objects.create(user=user, organisation=organisation, role=role, starts_at=clock.now(), **columns)
    audit.record("start_membership", actor=None, subject=membership, organisation=organisation.pk, on_duty=membership.on_duty)
