"""/api/v1/store/today: the day of a store as a program reads it."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import stores_of
from core.api import private
from followup.store_day import OPEN_MATTERS, WAITING_FOR_READING, day_of


class DayVisit(serializers.Serializer[Any]):
    encounter = serializers.UUIDField(source="encounter.pk")
    programme = serializers.CharField(source="encounter.programme")
    opened_at = serializers.DateTimeField(source="encounter.opened_at")
    patient = serializers.UUIDField(source="patient.pk")
    name = serializers.CharField(source="patient.name")
    open = serializers.ListField(
        child=serializers.ChoiceField(choices=(WAITING_FOR_READING, *OPEN_MATTERS.values())), help_text="The most pressing first."
    )


class OverdueStep(serializers.Serializer[Any]):
    patient = serializers.UUIDField(source="patient.pk")
    name = serializers.CharField(source="patient.name")
    step = serializers.CharField(source="step.kind")
    due_on = serializers.DateField(source="step.due_on")
    may_call = serializers.BooleanField(help_text="She agreed to be called about it.")


class Day(serializers.Serializer[Any]):
    day = serializers.DateField()
    visits = DayVisit(many=True, source="lines")
    overdue = OverdueStep(many=True)


class StoreToday(APIView):
    @extend_schema(responses=Day, operation_id="store_today")
    def get(self, request: Request) -> Response:
        """The store's visits of today with what is still open in each, and its people whose date has passed."""
        store = stores_of(request.user).first()
        if store is None:
            raise Http404
        return private(Response(Day(day_of(request.user, store)).data))
