"""What goes out: shapes for the schema and nothing else; a question comes in as JSON of its own closed grammar (partners.rules.query)."""

from typing import Any

from rest_framework import serializers

from partners.presenters import Told


class CountShape(serializers.Serializer[Any]):
    persons = serializers.IntegerField(allow_null=True, help_text="Noisy; null below 20.")
    low = serializers.IntegerField(allow_null=True, help_text="95 % interval of the true count.")
    high = serializers.IntegerField(allow_null=True)


class CellShape(CountShape):
    index_year = serializers.IntegerField(required=False)
    latest_grade = serializers.IntegerField(required=False)


class QueryShape(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(choices=["persons"])
    where = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField()))
    by = serializers.ListField(child=serializers.ChoiceField(choices=["index_year", "latest_grade"]))


class WhereRequest(serializers.Serializer[Any]):
    index_year = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100, min_length=1)
    latest_grade = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100, min_length=1)


class QuestionRequest(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(choices=["persons"], required=False)
    where = WhereRequest(required=False)
    by = serializers.ListField(child=serializers.ChoiceField(choices=["index_year", "latest_grade"]), required=False, max_length=100)


class QuestionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["waiting", "answered", "too_few", "failed"])
    detail = serializers.CharField(allow_blank=True)
    query = QueryShape()
    snapshot = serializers.DateTimeField(help_text="When the snapshot asked about was built.")
    available_at = serializers.DateTimeField()
    price = serializers.IntegerField(help_text="What a new answer costs, micro-rho.")
    charged = serializers.IntegerField(help_text="What this one cost; 0 for one that was paid before.")
    left = serializers.IntegerField(help_text="Micro-rho left of the agreement's cap.")
    sigma = serializers.IntegerField(help_text="Standard deviation of the noise, persons.")
    total = CountShape(allow_null=True)
    cells = CellShape(many=True)


class LevelShape(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    words = serializers.CharField()


class AgreementShape(serializers.Serializer[Any]):
    partner = serializers.CharField()
    purpose = serializers.CharField()
    ends_at = serializers.DateTimeField()
    cap = serializers.IntegerField()
    left = serializers.IntegerField()
    price = serializers.IntegerField()
    snapshot = serializers.DateTimeField(allow_null=True)
    synthetic = serializers.BooleanField(help_text="Whether the snapshot holds made-up persons.")
    index_year = LevelShape(many=True)
    latest_grade = LevelShape(many=True)


def document(found: Told) -> dict[str, Any]:
    """A question as JSON."""
    query = {"measure": "persons", "where": {name: list(levels) for name, levels in found.query.where}, "by": list(found.query.by)}
    return {
        "id": found.question.pk,
        "state": found.state,
        "detail": found.sentence,
        "query": query,
        "snapshot": found.question.snapshot.built_at,
        "available_at": found.question.available_at,
        "price": found.price,
        "charged": found.charged,
        "left": found.left,
        "sigma": found.sigma,
        "total": _count(found.total) if found.total else None,
        "cells": [{**cell.levels, **_count(cell.count)} for cell in found.cells],
    }


def _count(count: Any) -> dict[str, int | None]:
    return {"persons": count.persons, "low": count.low, "high": count.high}
