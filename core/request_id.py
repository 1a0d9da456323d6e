"""The id of the request being served, for logs, audit and error pages."""

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The present request's id, or an empty string outside a request."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Note the id of the request that begins (or an empty string when it ends)."""
    _request_id.set(value)
