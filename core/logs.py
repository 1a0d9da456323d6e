"""Structured logs, one JSON object a line, of allow-listed fields only: what is not named here is not written."""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "method",
        "route",
        "status",
        "milliseconds",
        "request_id",
        "task",
        "queue",
        "state",
        "kind",
        "code",
        "count",
        "outcome",
        "attempts",
        "programme",
        "model_version",
        "error",
        "service",
        "channel",
        "seal",
    }
)


def keep_allowed(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that nobody decided to log."""
    return {name: value for name, value in fields.items() if name in ALLOWED}


def _class_of_exception(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # An exception's text can carry a person's data; its class and place cannot.
    found = fields.pop("exc_info", None)
    if found:
        kind, _value, trace = found if isinstance(found, tuple) else sys.exc_info()
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
        fields["error"] = f"{kind.__name__ if kind else 'unknown'} {place}".strip()
    return fields


def _foreign_message(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # Messages of other people's libraries may quote addresses and bodies.
    record = fields.get("_record")
    if record is not None and not record.name.startswith(("celery", "gunicorn", "config", "core", "accounts", "screening", "followup", "dev")):
        fields["event"] = "third_party"
    return fields


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG hook."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _class_of_exception,
    ]
    structlog.configure(
        processors=[*shared, keep_allowed, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _foreign_message],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, keep_allowed, structlog.processors.JSONRenderer(ensure_ascii=False)],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options.get("level", "INFO"))
    for name in ("django.request", "django.server", "kombu", "PIL", "urllib3", "amqp"):
        logging.getLogger(name).setLevel("ERROR")
