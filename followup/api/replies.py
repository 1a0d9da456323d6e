"""/api/v1/: a patient's answer to a step, the answer a phone gives without signing in, and the outcome a clinician records."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.language import readers_language
from core.api import private
from core.serializers import StrictSerializer
from followup import members
from followup.api.serializers import StepRow
from followup.api.views import ClinicianView
from followup.models import Reply
from followup.patient_state import RECORDED
from followup.presenters import reply_told
from followup.reply_links import reminder_of
from followup.rules.replies import REASONS, REPLIES, SILENCING
from followup.selectors import steps_visible_to
from followup.services.replies import reply_by_link, reply_to_step
from followup.services.steps import record_outcome


class ReplyGiven(StrictSerializer):
    """One answer. `on` with booked and been, `place` with been, `why` with cannot_come; `id` is made by the client, so that one tap counts once."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=list(REPLIES))
    on = serializers.DateField(required=False, allow_null=True, default=None)
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)
    why = serializers.ChoiceField(choices=list(REASONS), required=False, allow_blank=True, default="")


class ReplyNoted(serializers.Serializer[Any]):
    """The answer as it stands; the step stays open."""

    id = serializers.UUIDField()
    step = serializers.UUIDField(source="step_id")
    kind = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    text = serializers.CharField()
    at = serializers.DateTimeField()


class Silence(StrictSerializer):
    """What the phone that got a message may answer without signing in; `message` is the word its page was opened with."""

    message = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=sorted(SILENCING))


class Outcome(StrictSerializer):
    """What really happened with a step."""

    outcome = serializers.ChoiceField(choices=list(RECORDED))
    next_due = serializers.DateField(required=False, allow_null=True, default=None)


class Replies(APIView):
    """Answer a step."""

    problem_statuses = {"409": "the step is settled", "422": "a day, place or reason is missing or impossible"}

    @extend_schema(operation_id="steps_reply", request=ReplyGiven, responses={201: ReplyNoted})
    def post(self, request: Request, step_id: UUID) -> Response:
        given = ReplyGiven(data=request.data)
        given.is_valid(raise_exception=True)
        answer = dict(given.validated_data)
        return private(Response(_noted(reply_to_step(step_id=step_id, by=request.user, reply_id=answer.pop("id"), **answer)), status=201))


class Silences(APIView):
    """*Not me* and *stop* from the phone that got the message."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    @extend_schema(operation_id="reminders_silence", request=Silence, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        given = Silence(data=request.data)
        given.is_valid(raise_exception=True)
        reminder = reminder_of(given.validated_data["message"])
        if reminder is None:
            raise Http404
        reply_by_link(reminder=reminder, kind=given.validated_data["kind"])
        return Response(status=204)


class Outcomes(ClinicianView):
    """Record what really happened: the only way in which a referral ends."""

    problem_statuses = {"409": "the step is settled"}

    @extend_schema(operation_id="steps_outcome", request=Outcome, responses={201: StepRow})
    def post(self, request: Request, step_id: UUID) -> Response:
        given = Outcome(data=request.data)
        given.is_valid(raise_exception=True)
        step = record_outcome(step=get_object_or_404(steps_visible_to(request.user), pk=step_id), by=request.user, **given.validated_data)
        return private(Response(StepRow(members.step_members(step, readers_language(), to_clinician=True)).data, status=201))


def _noted(reply: Reply) -> Any:
    reply.text = reply_told(reply, readers_language())
    return ReplyNoted(reply).data
