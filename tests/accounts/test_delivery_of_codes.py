"""A code reaches the console and the local inbox, and no log."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.codes import deliver_code
from tests.accounts.conftest import PHONE


@pytest.fixture
def inbox(settings: Any) -> Iterator[list[tuple[str, dict[str, str]]]]:
    """What the local inbox was sent: path and body."""
    letters: list[tuple[str, dict[str, str]]] = []

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            letters.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Inbox)
    settings.WECHAT_URL = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield letters
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_inbox_and_the_console_show_the_code(inbox: list[tuple[str, dict[str, str]]], capsys: pytest.CaptureFixture[str]) -> None:
    deliver_code(PHONE, "123456")
    assert inbox == [("/local/codes", {"phone_last4": "0000", "code": "123456"})]
    assert capsys.readouterr().out == "sign-in code: 123456\n"


def test_an_inbox_that_is_away_fails_nobody_and_no_log_tells_code_or_phone(
    settings: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings.WECHAT_URL = "http://127.0.0.1:9"
    deliver_code(PHONE, "123456")
    assert "sign-in code: 123456" in capsys.readouterr().out
    assert "inbox_not_reached" in caplog.text
    assert "123456" not in caplog.text
    assert "0000" not in caplog.text


def test_production_refuses_to_pretend(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="No SMS provider"):
        deliver_code(PHONE, "123456")
