"""/api/v1/: what comes next, what may be read, and the clinician's answers; thin faces of services and selectors."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.language import readers_language
from accounts.selectors import actor_role, patient_of
from core.api import Pages, private
from followup import members
from followup.api import serializers
from followup.cases import case_of, queue_lines, task_lines
from followup.models import Step
from followup.results import released_result
from followup.selectors import reviews_waiting, steps_visible_to, tasks_visible_to
from followup.services.credits import bank_credit
from followup.services.tasks import done
from screening.models import ReportVersion
from screening.selectors import visible_encounter
from screening.services.signing import correct_photos, sign_report
from screening.skin.signing import sign_spot


class Clinicians(BasePermission):
    """Doors for clinicians; for anybody else they are not there."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return actor_role(request.user) == "clinician"


class ClinicianView(APIView):
    permission_classes = [IsAuthenticated, Clinicians]


class InTheirOrder(Pages):
    """Cursor pages of the review queue: the most urgent first, then who waits longest."""

    ordering = "place"


class Steps(APIView):
    """What should happen next to the patients one may see, newest first."""

    pagination_class = Pages

    @extend_schema(
        operation_id="steps_list",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, OpenApiParameter.QUERY, enum=Step.State.values)],
        responses=serializers.StepRow(many=True),
    )
    def get(self, request: Request) -> Response:
        steps = steps_visible_to(request.user)
        if state := request.query_params.get("state"):
            steps = steps.filter(state=state)
        pages = self.pagination_class()
        return private(pages.get_paginated_response(_steps(request, pages.paginate_queryset(steps, request, view=self) or [])))


class Results(APIView):
    """What may be read of an encounter now; clinicians get the finding with it."""

    @extend_schema(operation_id="results_retrieve", responses=serializers.Result)
    def get(self, request: Request, encounter_id: UUID) -> Response:
        encounter = visible_encounter(request.user, encounter_id)
        language = readers_language()
        found = members.result_members(released_result(encounter, language), language, to_clinician=actor_role(request.user) == "clinician")
        return private(Response(serializers.Result(found).data))


class ReminderCredits(APIView):
    """*Remind me*: one tap banks one message."""

    problem_statuses = {"403": "consent missing", "422": "code not accepted", "503": "WeChat is away"}

    @extend_schema(operation_id="reminder_credits_create", request=serializers.ReminderCredit, responses={201: serializers.Balance})
    def post(self, request: Request) -> Response:
        given = _checked(serializers.ReminderCredit, request).validated_data
        patient = patient_of(request.user)
        if patient is None:
            raise Http404
        balance = bank_credit(patient=patient, by=request.user, tap=given["id"], js_code=given["js_code"])
        return private(Response(serializers.Balance({"id": given["id"], "balance": balance}).data, status=201))


class Reviews(ClinicianView):
    """The shared queue of reports that wait for a signature."""

    pagination_class = InTheirOrder

    @extend_schema(operation_id="reviews_list", responses=serializers.ReviewRow(many=True))
    def get(self, request: Request) -> Response:
        pages = self.pagination_class()
        lines = queue_lines(pages.paginate_queryset(reviews_waiting(request.user), request, view=self) or [])
        rows = [members.review_members(line) for line in lines]
        return private(pages.get_paginated_response(serializers.ReviewRow(rows, many=True).data))


class ReviewView(ClinicianView):
    """One case."""

    @extend_schema(operation_id="reviews_retrieve", responses=serializers.Review)
    def get(self, request: Request, encounter_id: UUID) -> Response:
        return private(Response(_review(request, encounter_id)))


class Signatures(ClinicianView):
    """Sign a case, or amend what was signed."""

    problem_statuses = {"409": "a newer version exists", "422": "a decision or its reason is missing, or the day has passed"}

    @extend_schema(operation_id="reviews_sign", request=serializers.Signature, responses={201: serializers.Signed})
    def post(self, request: Request, encounter_id: UUID) -> Response:
        signature = _checked(serializers.Signature, request)
        given = {name: value for name, value in signature.validated_data.items() if name != "decisions"}
        return _signed(request, sign_report(encounter_id=encounter_id, by=request.user, decisions=signature.eye_decisions(), **given))


class SpotSignatures(ClinicianView):
    """Sign the case of a spot, or amend what was signed."""

    problem_statuses = Signatures.problem_statuses

    @extend_schema(operation_id="reviews_sign_spot", request=serializers.SpotSignature, responses={201: serializers.Signed})
    def post(self, request: Request, encounter_id: UUID) -> Response:
        given = _checked(serializers.SpotSignature, request)
        version = sign_spot(
            encounter_id=encounter_id,
            by=request.user,
            base_number=given.validated_data["base_number"],
            decision=given.decision(),
            remarks=given.remarks(),
        )
        return _signed(request, version)


class Corrections(ClinicianView):
    """Photos of the other eye, of another person, or that cannot be read."""

    @extend_schema(operation_id="reviews_correct", request=serializers.Correction, responses={201: serializers.Review})
    def post(self, request: Request, encounter_id: UUID) -> Response:
        given = _checked(serializers.Correction, request).validated_data
        correct_photos(encounter_id=encounter_id, by=request.user, photo_ids=given["photos"], kind=given["kind"], reason=given["reason"])
        return private(Response(_review(request, encounter_id), status=201))


class Tasks(ClinicianView):
    """What only a person can do, newest first."""

    pagination_class = Pages

    @extend_schema(
        operation_id="tasks_list",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, OpenApiParameter.QUERY, enum=["open", "done"])],
        responses=serializers.TaskRow(many=True),
    )
    def get(self, request: Request) -> Response:
        tasks = tasks_visible_to(request.user).select_related("patient__user")
        if state := request.query_params.get("state"):
            tasks = tasks.filter(done_at__isnull=state == "open")
        pages = self.pagination_class()
        lines = task_lines(pages.paginate_queryset(tasks, request, view=self) or [])
        return private(pages.get_paginated_response(serializers.TaskRow([members.task_members(line) for line in lines], many=True).data))


class TaskDone(ClinicianView):
    """Note that a person has seen to it; a second time changes nothing."""

    @extend_schema(operation_id="tasks_done", request=None, responses=serializers.TaskRow)
    def post(self, request: Request, task_id: UUID) -> Response:
        task = done(task=get_object_or_404(tasks_visible_to(request.user), pk=task_id), by=request.user)
        (line,) = task_lines([task])
        return private(Response(serializers.TaskRow(members.task_members(line)).data))


def _checked(serializer: Any, request: Request) -> Any:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return given


def _signed(request: Request, version: ReportVersion) -> Response:
    """The version that was signed, and what is open for the patient since."""
    open_steps = steps_visible_to(request.user).filter(patient=version.report.encounter.patient_id, state=Step.State.OPEN)
    found = members.version_members(version) | {"steps": [members.step_members(step, readers_language(), to_clinician=True) for step in open_steps]}
    return private(Response(serializers.Signed(found).data, status=201))


def _steps(request: Request, steps: list[Step]) -> Any:
    to_clinician = actor_role(request.user) == "clinician"
    rows = [members.step_members(step, readers_language(), to_clinician=to_clinician) for step in steps]
    return serializers.StepRow(rows, many=True).data


def _review(request: Request, encounter_id: UUID) -> Any:
    return serializers.Review(members.case_members(case_of(request.user, encounter_id))).data
