"""/api/v1/: the counter of a store – check-in codes made and scanned, and people registered with their phone and their yes."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import consent_texts
from accounts.api.serializers import ConsentText
from accounts.language import LANGUAGES, readers_language
from accounts.models import Organisation
from accounts.selectors import default_reading_centre, patient_of, stores_of
from accounts.services.check_in import LENGTH, check_in, make_check_in_code
from accounts.services.registration import confirm_registration, start_registration
from core.api import private

SEMANTIC = {"422": "understood, but not possible"}


class CheckInCode(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Eight letters and digits; also what the QR code says.")
    expires_at = serializers.DateTimeField()


class CheckInRequest(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=2 * LENGTH)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, help_text="The words in which she shares; without it, the request's.")


class PersonAtCounter(serializers.Serializer[Any]):
    patient = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    birth_year = serializers.IntegerField()


class RegistrationRequest(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
    birth_date = serializers.DateField(required=False, allow_null=True)
    birth_year = serializers.IntegerField(required=False, allow_null=True, help_text="Where only the year is known.")
    phone = serializers.CharField(max_length=32)
    language = serializers.ChoiceField(choices=LANGUAGES, default="zh-hans", help_text="Hers: of the words she reads, and of messages to her.")


class RegistrationStarted(serializers.Serializer[Any]):
    expires_at = serializers.DateTimeField()
    confirm = serializers.CharField(help_text="Where the code and her ticks go.")
    consent_texts = ConsentText(many=True, help_text="What she reads before she says the code.")


class RegistrationConfirmation(serializers.Serializer[Any]):
    phone = serializers.CharField(max_length=32)
    code = serializers.CharField(max_length=12)
    purposes = serializers.ListField(
        child=serializers.ChoiceField(choices=consent_texts.purposes_at_counter()), allow_empty=False, help_text="What she ticked."
    )
    language = serializers.ChoiceField(choices=LANGUAGES, default="zh-hans")


class Registered(PersonAtCounter):
    is_new = serializers.BooleanField(help_text="False: this phone had an account before, which stays as it was.")


class CheckInCodes(APIView):
    @extend_schema(request=None, responses={201: CheckInCode}, operation_id="make_check_in_code")
    def post(self, request: Request) -> Response:
        """A code to show at a store's counter: ten minutes, once. Showing it shares her eye record with that store."""
        patient = patient_of(request.user)
        if patient is None:
            raise Http404
        code, row = make_check_in_code(patient=patient, by=request.user)
        return private(Response(CheckInCode({"code": code, "expires_at": row.expires_at}).data, status=201))


class CheckIns(APIView):
    problem_statuses = SEMANTIC

    @extend_schema(request=CheckInRequest, responses=PersonAtCounter, operation_id="check_in")
    def post(self, request: Request) -> Response:
        """Who shows this code. From now on she shares with the store of whoever asks."""
        store = _own_store(request)
        given = _checked(CheckInRequest, request)
        patient = check_in(code=given["code"], store=store, by=request.user, language=given.get("language") or readers_language())
        return private(Response(PersonAtCounter(patient).data))


class Registrations(APIView):
    problem_statuses = SEMANTIC

    @extend_schema(request=RegistrationRequest, responses={202: RegistrationStarted}, operation_id="store_registration")
    def post(self, request: Request) -> Response:
        """Begin the record of an adult at the counter: a code goes to her phone, and she reads what she agrees to."""
        store = _own_store(request)
        given = _checked(RegistrationRequest, request)
        sent = start_registration(store=store, by=request.user, **given)
        words = consent_texts.wordings(consent_texts.purposes_at_counter(), given["language"], default_reading_centre(), store)
        started = {"expires_at": sent.expires_at, "confirm": f"{request.path}/confirm", "consent_texts": words}
        return private(Response(RegistrationStarted(started).data, status=202))


class RegistrationConfirmations(APIView):
    problem_statuses = SEMANTIC

    @extend_schema(request=RegistrationConfirmation, responses={201: Registered, 200: Registered}, operation_id="confirm_store_registration")
    def post(self, request: Request) -> Response:
        """The code from her phone proves that it is hers; her ticks are kept with the words she read and who stood by."""
        store = _own_store(request)
        found = confirm_registration(store=store, by=request.user, **_checked(RegistrationConfirmation, request))
        person = PersonAtCounter(found.patient).data | {"is_new": found.is_new}
        return private(Response(person, status=201 if found.is_new else 200))


def _own_store(request: Request) -> Organisation:
    store = stores_of(request.user).first()
    if store is None:
        raise Http404
    return store


def _checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    shaped = serializer(data=request.data)
    shaped.is_valid(raise_exception=True)
    return dict(shaped.validated_data)
