"""A child's visit to a store over HTTP: registration, the visit, its measurements. Thin faces of services and selectors."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organisation, User
from accounts.selectors import patients_visible_to, stores_of
from core.api import Pages, private
from screening.api import visit_serializers as shapes
from screening.models import Encounter
from screening.myopia.registration import register_child_at_store
from screening.myopia.rows import in_order
from screening.myopia.selectors import child_visits, measurements_of, visible_child, visible_visit
from screening.myopia.visits import open_visit, record_measurements
from screening.rules.myopia.entries import Entry


def store_of(user: User) -> Organisation:
    """The store this login works at now; Http404 for anybody else (1 query)."""
    store = stores_of(user).first()
    if store is None:
        raise Http404
    return store


class StoreChildren(APIView):
    """A guardian at the counter registers her child."""

    problem_statuses = {"422": "not a child, or somebody has not agreed"}

    @extend_schema(
        operation_id="store_children_create",
        request=shapes.ChildRegistration,
        responses={201: shapes.RegisteredChild, 200: shapes.RegisteredChild},
    )
    def post(self, request: Request) -> Response:
        store = store_of(request.user)
        fields = shapes.ChildRegistration(data=request.data)
        fields.is_valid(raise_exception=True)
        given = dict(fields.validated_data)
        guardian = patients_visible_to(request.user).filter(pk=given.pop("guardian")).first()
        if guardian is None:
            raise Http404
        registered = register_child_at_store(guardian=guardian, store=store, by=request.user, **given)
        child = registered.child
        body = {"id": child.pk, "name": child.name, "birth_date": child.birth_date, "created": registered.is_new}
        return private(Response(shapes.RegisteredChild(body).data, status=201 if registered.is_new else 200))


class Visits(APIView):
    """Open a visit."""

    problem_statuses = {"422": "not a child, or a time that cannot be"}

    @extend_schema(operation_id="visits_create", request=shapes.VisitOpening, responses={200: shapes.VisitState})
    def post(self, request: Request) -> Response:
        store = store_of(request.user)
        fields = shapes.VisitOpening(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        child = patients_visible_to(request.user).filter(pk=given["patient"]).first()
        if child is None:
            raise Http404
        visit = open_visit(visit_id=given["id"], patient=child, store=store, by=request.user, opened_at=given.get("opened_at"))
        return private(Response(_state(visit)))


class VisitView(APIView):
    """One visit and what it says."""

    @extend_schema(operation_id="visits_retrieve", responses=shapes.VisitState)
    def get(self, request: Request, visit_id: UUID) -> Response:
        return private(Response(_state(visible_visit(request.user, visit_id))))


class VisitMeasurements(APIView):
    """Send what was measured; what was sent before is given back as it is."""

    problem_statuses = {"409": "an id stands for something else", "422": "a fault or a question at a field"}

    @extend_schema(operation_id="visit_measurements_create", request=shapes.MeasurementEntries, responses={200: shapes.MeasurementRows})
    def post(self, request: Request, visit_id: UUID) -> Response:
        store_of(request.user)
        visit = visible_visit(request.user, visit_id)
        fields = shapes.MeasurementEntries(data=request.data)
        fields.is_valid(raise_exception=True)
        entries = [_entry(given) for given in fields.validated_data["measurements"]]
        rows = record_measurements(visit=visit, entries=entries, by=request.user)
        return private(Response(shapes.MeasurementRows({"measurements": rows}).data))


class ChildMeasurements(APIView):
    """Everything measured of a child, newest first."""

    pagination_class = Pages

    @extend_schema(operation_id="child_measurements_list", responses=shapes.MeasurementRow(many=True))
    def get(self, request: Request, child_id: UUID) -> Response:
        child = visible_child(request.user, child_id)
        pages = self.pagination_class()
        rows = pages.paginate_queryset(measurements_of(child), request, view=self) or []
        return private(pages.get_paginated_response(shapes.MeasurementRow(rows, many=True).data))


def _entry(given: dict[str, Any]) -> Entry:
    return Entry(laterality=given["eye"], **{name: value for name, value in given.items() if name != "eye"})


def _state(visit: Encounter) -> Any:
    found = next((one for one in child_visits(visit.patient) if one.encounter.pk == visit.pk), None)
    finding = found.finding if found else None
    return shapes.VisitState(
        {
            "id": visit.pk,
            "patient": visit.patient_id,
            "opened_at": visit.opened_at,
            "labels": dict(zip(("OD", "OS"), finding.labels, strict=True)) if finding else {},
            "incomplete": finding.incomplete if finding else True,
            "on_treatment": finding.on_treatment if finding else False,
            "rows": finding.rows if finding else (),
            "referring": finding.referring if finding else (),
            "measurements": in_order(visit.measurements.all()),
        }
    ).data
