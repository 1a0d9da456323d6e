"""A program's token, checked again on every call: still valid, not revoked, agreement in force, called from where the agreement says."""

from ipaddress import ip_address, ip_network

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.problems import Problem
from partners.actors import PartnerActor
from partners.models import Agreement
from partners.selectors import client_of_token
from partners.services.asking import check_in_force

SCHEME = b"bearer"


class PartnerToken(BaseAuthentication):
    """`Authorization: Bearer …` with a token of the token endpoint."""

    def authenticate(self, request: Request) -> tuple[PartnerActor, None] | None:
        """The actor; None without a token. Raises AuthenticationFailed, or Problem `agreement_not_in_force` or `address_not_agreed` (403)."""
        scheme, _space, value = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME:
            return None
        client = client_of_token(value.decode("ascii", "replace").strip())
        if client is None:
            raise AuthenticationFailed
        check_in_force(client.agreement)
        if not _is_agreed(caller_address(request), client.agreement):
            raise Problem("address_not_agreed", _("The agreement does not allow calls from this address."), status_code=403)
        return PartnerActor(pk=client.pk, agreement=client.agreement), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class PartnerTokenScheme(OpenApiAuthenticationExtension):
    """The token as the schema names it."""

    target_class = "partners.api.authentication.PartnerToken"
    name = "partner_token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, object]:
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}}


def caller_address(request: Request) -> str:
    """The caller as the nearest proxy of ours saw it (settings PROXIES); a header that anybody may write counts for nothing."""
    return str(BaseThrottle().get_ident(request))


def _is_agreed(address: str, agreement: Agreement) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in ip_network(network) for network in agreement.networks)
