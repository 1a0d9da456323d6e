"""Conventions of /api/v1/: JSON as is, cursor pages, answers that are stored nowhere on their way."""

from django.http import HttpRequest
from django.utils.cache import patch_cache_control
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response


class Renderer(JSONRenderer):
    """JSON; problem documents keep their own media type."""

    charset = "utf-8"


class Pages(CursorPagination):
    """Cursor pages, newest first; ids are UUIDv7 and so are the order."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 100


def private(response: Response) -> Response:
    """Mark an answer as one person's: stored nowhere on the way."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def not_modified(request: HttpRequest, etag: str) -> bool:
    """Whether the caller already holds the state named by `etag` (a quoted string)."""
    return request.headers.get("If-None-Match") == etag
