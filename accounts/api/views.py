"""/api/v1/: signing up, in and out, who I am, and what I agree to."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth import logout
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import consent_texts
from accounts.api import serializers
from accounts.language import LANGUAGES, readers_language
from accounts.models import LoginCode, Patient, User
from accounts.phones import mask_phone
from accounts.selectors import active_consents, actor_role, default_reading_centre, patient_of
from accounts.services.codes import request_code
from accounts.services.consent import CARE, give_consents, withdraw_consent
from accounts.services.sign_in import confirm_code, confirm_password, issue_token, sign_out
from accounts.services.sign_up import start_sign_up
from core.api import private
from core.problems import Problem

SEMANTIC = {"422": "understood, but not possible"}


class Open(APIView):
    """A door before anybody signed in: a session that happens to be there counts for nothing."""

    permission_classes = [AllowAny]
    authentication_classes: list[type[BaseAuthentication]] = []
    problem_statuses = SEMANTIC


class SignUps(Open):
    @extend_schema(request=serializers.SignUpRequest, responses={202: serializers.CodeSent}, operation_id="sign_up")
    def post(self, request: Request) -> Response:
        """Begin an account. The code that is sent proves the phone; the account is made when a session is asked for with it."""
        return _code_sent(start_sign_up(**_checked(serializers.SignUpRequest, request)))


class LoginCodes(Open):
    @extend_schema(request=serializers.LoginCodeRequest, responses={202: serializers.CodeSent}, operation_id="request_code")
    def post(self, request: Request) -> Response:
        """Send a sign-in code. Known and unknown phones get the same answer."""
        return _code_sent(request_code(**_checked(serializers.LoginCodeRequest, request)))


class Sessions(Open):
    @extend_schema(request=serializers.SessionRequest, responses={201: serializers.Session}, operation_id="sign_in")
    def post(self, request: Request) -> Response:
        """Exchange phone and code, or handle and password, for a token."""
        secret = _checked(serializers.SessionRequest, request)
        user = confirm_code(**secret) if "code" in secret else confirm_password(**secret)
        token, expires_at = issue_token(user=user)
        patient = patient_of(user)
        session = {"token": token, "expires_at": expires_at, "role": actor_role(user), "patient": patient.pk if patient else None}
        return private(Response(serializers.Session(session).data, status=201))


class CurrentSession(APIView):
    @extend_schema(responses={204: None}, operation_id="sign_out")
    def delete(self, request: Request) -> Response:
        """End the token (or the page's session) that this request came with."""
        sign_out(user=request.user, token=request.auth)
        if request.auth is None:
            logout(request._request)
        return Response(status=204)


class MeView(APIView):
    @extend_schema(responses=serializers.Me, operation_id="me")
    def get(self, request: Request) -> Response:
        """Who this token is."""
        user = cast(User, request.user)
        patient = patient_of(user)
        me = {
            "id": user.pk,
            "role": actor_role(user),
            "name": user.name,
            "phone": mask_phone(user.phone) if user.phone else None,
            "language": user.language,
            "patient": patient.pk if patient else None,
        }
        return private(Response(serializers.Me(me).data))


class ConsentTexts(Open):
    @extend_schema(
        parameters=[OpenApiParameter("language", OpenApiTypes.STR, enum=LANGUAGES, description="Without it, the request's language.")],
        responses=serializers.ConsentText(many=True),
        operation_id="consent_texts",
    )
    def get(self, request: Request) -> Response:
        """The words of every purpose, with what follows from not agreeing. All are off until ticked."""
        wanted = request.query_params.get("language")
        language = wanted if wanted in LANGUAGES else readers_language()
        words = consent_texts.wordings(consent_texts.purposes_without_place(), language, default_reading_centre())
        return Response(serializers.ConsentText(words, many=True).data)


class Consents(APIView):
    problem_statuses = SEMANTIC

    @extend_schema(responses=serializers.GivenConsent(many=True), operation_id="consents")
    def get(self, request: Request) -> Response:
        """What I agree to now."""
        return _consents(_own_patient(request))

    @extend_schema(request=serializers.ConsentsRequest, responses={201: serializers.GivenConsent(many=True)}, operation_id="give_consents")
    def post(self, request: Request) -> Response:
        """Agree to purposes, in the words of the request's language. What was agreed to before stays. Answers all that holds now."""
        patient = _own_patient(request)
        give_consents(patient=patient, by=request.user, language=readers_language(), **_checked(serializers.ConsentsRequest, request))
        return _consents(patient, status=201)


class OneConsent(APIView):
    problem_statuses = {"409": "must be confirmed"}

    @extend_schema(
        parameters=[
            OpenApiParameter("confirm", OpenApiTypes.STR, enum=[CARE], description="Needed for `care`, which ends all other consents too."),
            OpenApiParameter("organisation", OpenApiTypes.UUID, description="Of several stores shared with, the one not to share with any more."),
        ],
        responses={200: serializers.GivenConsent(many=True)},
        operation_id="withdraw_consent",
    )
    def delete(self, request: Request, purpose: str) -> Response:
        """Withdraw one purpose from now on. Answers what still holds."""
        if purpose == CARE and request.query_params.get("confirm") != CARE:
            raise Problem("confirmation_needed", CARE_WITHDRAWAL, status_code=409, confirm=f"{request.path}?confirm={CARE}")
        patient = _own_patient(request)
        withdraw_consent(patient=patient, purpose=purpose, by=request.user, organisation=_uuid_or_none(request.query_params.get("organisation")))
        return _consents(patient)


CARE_WITHDRAWAL = _(
    "Without this consent your record is closed: no photo is taken in, nothing is read, nobody is shown it, nobody reminds you, "
    "and all other consents end with it. What a doctor has signed is kept for the time the law requires."
)


def _checked(serializer: type[serializers.serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    shaped = serializer(data=request.data)
    shaped.is_valid(raise_exception=True)
    return dict(shaped.validated_data)


def _code_sent(login_code: LoginCode) -> Response:
    sent = {"expires_at": login_code.expires_at, "sessions": reverse("api_sessions")}
    return Response(serializers.CodeSent(sent).data, status=202)


def _uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _own_patient(request: Request) -> Patient:
    patient = patient_of(request.user)
    if patient is None:
        raise Http404
    return patient


def _consents(patient: Patient, status: int = 200) -> Response:
    return private(Response(serializers.GivenConsent(active_consents(patient), many=True).data, status=status))
