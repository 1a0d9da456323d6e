"""Logs carry allow-listed fields and never a person."""

import io
import json
import logging

import pytest
import structlog

from core import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the service's own handler writes."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure({"level": "INFO"})
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield stream
    root.handlers, root.level = before, level


def test_what_nobody_decided_to_log_is_not_written(written: io.StringIO) -> None:
    structlog.get_logger("core.test").info("accepted", phone="+8613800138000", name="李桂芳", status=202)
    line = json.loads(written.getvalue())
    assert line["status"] == 202
    assert "13800138000" not in written.getvalue()
    assert "李桂芳" not in written.getvalue()


def test_an_exception_is_logged_by_class_and_place_never_by_its_text(written: io.StringIO) -> None:
    try:
        raise ValueError("cannot parse birth date 1966-03-04 of 李桂芳")
    except ValueError:
        structlog.get_logger("core.test").exception("failed")
    line = json.loads(written.getvalue())
    assert line["error"].startswith("ValueError test_logs.py:")
    assert "1966" not in written.getvalue()


def test_other_peoples_libraries_may_say_that_they_spoke_not_what(written: io.StringIO) -> None:
    logging.getLogger("httpx").warning("POST https://example.invalid/?token=secret failed for %s", "李桂芳")
    line = json.loads(written.getvalue())
    assert line["event"] == "third_party"
    assert "secret" not in written.getvalue()
