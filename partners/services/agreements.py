"""Agreements, the people and the programs that ask under them."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from uuid import UUID

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import audit
from core import clock
from partners.models import Agreement, AgreementClient, AgreementMember
from partners.rules.privacy import CAP


@dataclass(frozen=True)
class Credentials:
    """What a program signs in with. The secret is told once; only its hash is kept."""

    client_id: str
    client_secret: str


def add_agreement(
    *, partner: str, purpose: str, starts_at: datetime, ends_at: datetime, networks: list[str], cap: int = CAP, is_demo: bool = False
) -> Agreement:
    """A new agreement. `networks` in CIDR form; raises ValueError for what is no network."""
    checked = [str(ip_network(network)) for network in networks]
    with transaction.atomic():
        agreement = Agreement.objects.create(
            partner=partner,
            purpose=purpose,
            starts_at=starts_at,
            ends_at=ends_at,
            networks=checked,
            cap=cap,
            is_demo=is_demo,
            created_at=clock.now(),
        )
        audit.record("add_agreement", actor=None, subject=agreement, starts_at=starts_at, ends_at=ends_at, cap=cap)
    return agreement


def add_member(*, agreement: Agreement, user: UUID) -> AgreementMember:
    """Let a login ask on the page from now on."""
    with transaction.atomic():
        member = AgreementMember.objects.create(agreement=agreement, user_id=user, starts_at=clock.now())
        audit.record("add_agreement_member", actor=None, subject=member, agreement=agreement.pk, user=user)
    return member


def add_client(*, agreement: Agreement) -> Credentials:
    """Let a program of the partner ask: an OAuth2 client that can do nothing but client credentials."""
    with transaction.atomic():
        secret = secrets.token_urlsafe(32)
        client = Client.objects.create(
            name=agreement.partner[:100],
            secret=make_password(secret),
            scopes="",
            response_types="",
            grant_types=Client.GrantType.CLIENT_CREDENTIALS.value,
        )
        row = AgreementClient.objects.create(agreement=agreement, client=client, created_at=clock.now())
        audit.record("add_agreement_client", actor=None, subject=row, agreement=agreement.pk)
    return Credentials(client_id=client.pk, client_secret=secret)


def revoke_client(*, client_id: str) -> None:
    """End a program's access at once: its tokens go, its secret opens nothing. Raises AgreementClient.DoesNotExist."""
    with transaction.atomic():
        row = AgreementClient.objects.select_for_update().get(client=client_id, revoked_at__isnull=True)
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        Token.objects.filter(client=client_id).delete()
        Client.objects.filter(pk=client_id).update(grant_types="")
        audit.record("revoke_agreement_client", actor=None, subject=row)
