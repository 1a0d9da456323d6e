"""Photos and facts over HTTP: thin faces of services and selectors."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Patient, User
from accounts.selectors import actor_role, decides_for, patient_of, patients_visible_to, photos_may_be_sent_by
from core import clock
from core.api import Pages, not_modified, private
from core.problems import Problem
from core.throttling import Uploads
from screening import selectors
from screening.api.serializers import FactAnswers, FactList, PhotoDetail, PhotoState, PhotoUpload, Revealed
from screening.image_paths import VALID_FOR, is_revealed, reveal_token
from screening.models import Fact
from screening.presenters import photo_state, reading_detail
from screening.rules.questions import QUESTIONS
from screening.services.facts import Answer, record_facts
from screening.services.images import MEDIA_TYPES, image_of, reveal
from screening.services.intake import Accepted, accept_once, accept_photo


def own_or_visible(user: User, wanted: UUID | None) -> Patient:
    """The patient meant: the signed-in person herself, or one the actor may see; Http404 otherwise."""
    patient = patient_of(user) if wanted is None else patients_visible_to(user).filter(pk=wanted).first()
    if patient is None:
        raise Http404
    return patient


class Photos(APIView):
    """Send a photo; list one's photos."""

    pagination_class = Pages
    parser_classes = [MultiPartParser]
    problem_statuses = {
        "403": "consent missing, or a place that is not photographed",
        "409": "an emergency was told, or enough photos are here",
        "413": "too large",
        "415": "not a picture",
        "422": "incomplete or too small, or key reused",
    }

    def get_throttles(self) -> list[Any]:
        return [Uploads()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(
        operation_id="photos_create",
        request={"multipart/form-data": PhotoUpload},
        responses={202: PhotoState, 200: PhotoState},
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, required=False)],
    )
    def post(self, request: Request) -> Response:
        fields = PhotoUpload(data=request.data)
        try:
            fields.is_valid(raise_exception=True)
            patient = own_or_visible(request.user, fields.validated_data.get("patient"))
            # A store takes photos of eyes; the skin is photographed by the person herself or who decides for her.
            may_send = decides_for if fields.validated_data["kind"] == "skin" else photos_may_be_sent_by
            if not may_send(request.user, patient):
                raise Http404
        except Exception:
            for upload in request.FILES.values():
                upload.discard()
            raise
        given = fields.validated_data
        photo = {
            "patient": patient,
            "by": request.user,
            "upload": given["file"],
            "kind": given["kind"],
            "laterality": given.get("eye", ""),
            "slot": given.get("slot", ""),
            "taken_at": given["taken_at"],
            "encounter": given.get("encounter"),
        }
        key = request.headers.get("Idempotency-Key")
        status, body = _answer(accept_photo(**photo)) if key is None else accept_once(key=key, answer=_answer, **photo)
        response = private(Response(body, status=status))
        response["Location"] = body["status_url"]
        return response

    @extend_schema(operation_id="photos_list", responses=PhotoState(many=True))
    def get(self, request: Request) -> Response:
        pages = self.pagination_class()
        rows = pages.paginate_queryset(selectors.photos_visible_to(request.user).filter(intimate=False), request, view=self) or []
        return private(pages.get_paginated_response([_plain(photo_state(photo, photo.all_readings[0])) for photo in rows]))


def _plain(state: dict[str, Any]) -> Any:
    return PhotoState(state).data


def _answer(accepted: Accepted) -> tuple[int, Any]:
    reading = accepted.photo.readings.get()
    return (202 if accepted.is_new else 200), _plain(photo_state(accepted.photo, reading, warnings=accepted.warnings))


class PhotoView(APIView):
    """One photo and how far it is; poll it with If-None-Match."""

    @extend_schema(operation_id="photos_retrieve", responses={200: PhotoDetail, 304: OpenApiResponse(description="nothing changed")})
    def get(self, request: Request, photo_id: UUID) -> HttpResponse:
        photo = selectors.visible_photo(request.user, photo_id)
        reading = photo.all_readings[0]
        etag = f'"{reading.state}-{reading.outcome}-{reading.attempts}"'
        if not_modified(request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        detail = reading_detail(reading) if actor_role(request.user) == "clinician" and reading.model_version else None
        response = private(Response(PhotoDetail(photo_state(photo, reading) | {"reading": detail}).data))
        response["ETag"] = etag
        return response


class PhotoImage(APIView):
    """A picture of a photo: `view` (1,024 px); for clinicians also `attention` (where the program looked) and `full`."""

    problem_statuses = {"403": "a hidden photo that nobody asked for"}

    @extend_schema(
        operation_id="photos_image",
        parameters=[
            OpenApiParameter("variant", OpenApiTypes.STR, OpenApiParameter.PATH, enum=sorted(MEDIA_TYPES)),
            OpenApiParameter("reveal", OpenApiTypes.STR, OpenApiParameter.QUERY, description="Given by `reveal`, for a hidden photo"),
        ],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, (200, "image/png"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, photo_id: UUID, variant: str) -> HttpResponse:
        photo = selectors.visible_photo(request.user, photo_id)
        # What the program saw is released to patients by followup's pages, after the release rules; here it is the clinicians'.
        if variant != "view" and actor_role(request.user) != "clinician":
            raise Http404
        if photo.intimate and not is_revealed(request.user.pk, photo.pk, request.query_params.get("reveal", "")):
            raise Problem("photo_hidden", _("This photo is hidden until you ask to see it."), status_code=403)
        return image_response(image_of(photo, variant, by=request.user), variant)


class PhotoReveal(APIView):
    """Ask to see a hidden photo. Who asked is noted; the address opens for her alone, for ten minutes."""

    @extend_schema(operation_id="photos_reveal", request=None, responses={201: Revealed})
    def post(self, request: Request, photo_id: UUID) -> Response:
        photo = selectors.visible_photo(request.user, photo_id)
        if not photo.intimate:
            raise Http404
        reveal(photo, by=request.user)
        address = reverse("api_photo_image", args=[photo.pk, "view"]) + f"?reveal={reveal_token(request.user.pk, photo.pk)}"
        return private(Response(Revealed({"image_url": address, "expires_at": clock.now() + VALID_FOR}).data, status=201))


def image_response(picture: bytes, variant: str) -> HttpResponse:
    """A picture that is stored nowhere on its way."""
    return HttpResponse(
        picture,
        content_type=MEDIA_TYPES[variant],
        headers={"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{variant}"', "X-Content-Type-Options": "nosniff"},
    )


class Facts(APIView):
    """Answers about a person; a missing answer is *not asked*."""

    @extend_schema(operation_id="facts_list", parameters=[OpenApiParameter("patient", OpenApiTypes.UUID, OpenApiParameter.QUERY)], responses=FactList)
    def get(self, request: Request) -> Response:
        patient = own_or_visible(request.user, _uuid_or_none(request.query_params.get("patient")))
        return private(Response(_facts_of(patient)))

    @extend_schema(operation_id="facts_create", request=FactAnswers, responses={201: FactList})
    def post(self, request: Request) -> Response:
        fields = FactAnswers(data=request.data)
        fields.is_valid(raise_exception=True)
        patient = own_or_visible(request.user, fields.validated_data.get("patient"))
        source = Fact.Source.SELF if patient == patient_of(request.user) else Fact.Source.STAFF
        record_facts(
            patient=patient,
            answers=[Answer(**answer) for answer in fields.validated_data["answers"]],
            source=source,
            by=request.user,
        )
        return private(Response(_facts_of(patient), status=201))


def _uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _facts_of(patient: Patient) -> Any:
    facts = selectors.latest_facts(patient)
    return FactList({"facts": list(facts.values()), "not_asked": [code for code in QUESTIONS if code not in facts]}).data
