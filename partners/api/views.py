"""/api/v1/partner/: a program asks one question at a time and fetches its answer at the next full ten seconds."""

from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.language import readers_language
from core.api import private
from core.problems import Problem
from partners.api import serializers
from partners.api.authentication import PartnerToken
from partners.grid_words import level_words
from partners.presenters import SENTENCES, told
from partners.rules.grid import DIMENSIONS
from partners.rules.privacy import COST
from partners.selectors import has_synthetic_persons, left_to_spend, newest_snapshot, question_of, snapshot_grid
from partners.services.asking import ask


class PartnerView(APIView):
    """A door for partners' programs only; a person's token is a stranger's here."""

    authentication_classes = [PartnerToken]
    problem_statuses = {"403": "agreement not in force, or address not agreed", "409": "no snapshot yet, or budget spent"}


class Agreements(PartnerView):
    @extend_schema(responses=serializers.AgreementShape, operation_id="partner_agreement")
    def get(self, request: Request) -> Response:
        """The agreement, what is left of its budget, and the levels that a question may name."""
        agreement = request.user.agreement
        snapshot = newest_snapshot()
        grid = snapshot_grid(snapshot) if snapshot else None
        language = readers_language()
        levels = {dimension: grid.levels(dimension) if grid else () for dimension in DIMENSIONS}
        found = {
            "partner": agreement.partner,
            "purpose": agreement.purpose,
            "ends_at": agreement.ends_at,
            "cap": agreement.cap,
            "left": left_to_spend(agreement),
            "price": COST,
            "snapshot": snapshot.built_at if snapshot else None,
            "synthetic": bool(snapshot and has_synthetic_persons(snapshot)),
            **{
                dimension: [{"level": level, "words": level_words(dimension, level, language)} for level in levels[dimension]]
                for dimension in DIMENSIONS
            },
        }
        return private(Response(serializers.AgreementShape(found).data))


class Questions(PartnerView):
    @extend_schema(request=serializers.QuestionRequest, responses={202: serializers.QuestionShape}, operation_id="partner_ask")
    def post(self, request: Request) -> Response:
        """Ask. The answer is drawn once for ever: the same question, however it is spelled, has the same answer and is paid once."""
        question = ask(agreement=request.user.agreement, question=request.data, asked_by=request.user.pk)
        location = reverse("api_partner_question", args=[question.pk])
        document = serializers.QuestionShape(serializers.document(told(question))).data
        return private(Response(document, status=202, headers={"Location": location}))


class QuestionView(PartnerView):
    @extend_schema(responses=serializers.QuestionShape, operation_id="partner_question")
    def get(self, request: Request, question_id: UUID) -> Response:
        """What became of a question, from its `available_at` on. A spent budget is problem `budget_spent` (409)."""
        found = told(question_of(request.user.agreement, question_id))
        if found.state == "budget_spent":
            raise Problem("budget_spent", SENTENCES["budget_spent"], status_code=409, price=COST, left=found.left)
        return private(Response(serializers.QuestionShape(serializers.document(found)).data))
