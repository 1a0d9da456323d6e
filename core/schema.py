"""The OpenAPI schema: every operation lists the problems it can answer."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
    "additionalProperties": True,
}
PROBLEMS = {"400": "malformed or invalid", "401": "not signed in", "404": "unknown or not yours", "405": "method", "429": "too many requests"}


class Schema(AutoSchema):
    """OpenAPI from code, with every problem an operation can answer."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            self.registry.register_on_missing(_problem_component(self.registry))
            for code, words in (PROBLEMS | getattr(self.view, "problem_statuses", {})).items():
                operation["responses"].setdefault(
                    code,
                    {"description": words, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                )
        return operation


def _problem_component(registry: Any) -> Any:
    return ResolvedComponent(name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM_SCHEMA, object="Problem")


class PageSession(OpenApiAuthenticationExtension):
    """The page's own session, as the schema names it."""

    target_class = "core.authentication.SessionAuthentication"
    name = "page_session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
