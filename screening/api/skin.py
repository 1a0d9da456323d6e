"""A spot on the skin over HTTP: thin faces of the skin programme's services and selectors."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import private
from core.ids import new_id
from screening.api.skin_serializers import MoreAnswers, SkinEncounter, SkinEncounterOpening
from screening.api.views import own_or_visible
from screening.models import Encounter
from screening.skin.presenters import skin_encounter
from screening.skin.selectors import visible_spot
from screening.skin.services import answer_questions, open_spot


class SkinEncounters(APIView):
    """Begin a sitting about a spot. A yes to an emergency question stops it: no photo is taken, and there is a step for today."""

    problem_statuses = {"403": "consent missing", "409": "begun for another place"}

    @extend_schema(operation_id="skin_encounters_create", request=SkinEncounterOpening, responses={201: SkinEncounter})
    def post(self, request: Request) -> Response:
        fields = SkinEncounterOpening(data=request.data)
        fields.is_valid(raise_exception=True)
        given = dict(fields.validated_data)
        patient = own_or_visible(request.user, given.pop("patient", None))
        return _told(open_spot(patient=patient, by=request.user, encounter_id=given.pop("id", None) or new_id(), **given), status=201)


class SkinEncounterView(APIView):
    """One sitting about a spot."""

    @extend_schema(operation_id="skin_encounters_retrieve", responses=SkinEncounter)
    def get(self, request: Request, spot_id: UUID) -> Response:
        return _told(visible_spot(request.user, spot_id))


class SkinAnswers(APIView):
    """Further answers to the questions about a spot."""

    problem_statuses = {"403": "consent missing"}

    @extend_schema(operation_id="skin_encounters_answer", request=MoreAnswers, responses={201: SkinEncounter})
    def post(self, request: Request, spot_id: UUID) -> Response:
        fields = MoreAnswers(data=request.data)
        fields.is_valid(raise_exception=True)
        encounter = visible_spot(request.user, spot_id)
        return _told(answer_questions(encounter=encounter, by=request.user, **fields.validated_data), status=201)


def _told(encounter: Encounter, *, status: int = 200) -> Any:
    return private(Response(SkinEncounter(skin_encounter(encounter)).data, status=status))
