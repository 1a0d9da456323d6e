"""The platform on a loopback port."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dev.wechat.inbox import language_of, render
from dev.wechat.platform import FAULTS, Answer, Platform, error

_STYLE = Path(__file__).with_name("inbox.css")
_LARGEST_BODY = 64 * 1024
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Place:
    """Where the page's links lead, in which zone its hours are, and how long a `timeout` keeps the caller waiting."""

    service_url: str
    zone: str
    patience_s: float = 10.0


class Handler(BaseHTTPRequestHandler):
    """One request. Provider calls obey the fault switch; the local ones never do."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, platform: Platform, place: Place, closing: threading.Event, *arguments: Any) -> None:
        self._platform, self._place, self._closing = platform, place, closing
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path, query = self._address()
        match path:
            case "/":
                language = language_of(query.get("lang", ""), self.headers.get("Accept-Language", ""))
                page = render(self._platform.inbox(), language=language, zone=self._place.zone, service_url=self._place.service_url)
                self._answer(page.encode(), "text/html; charset=utf-8")
            case "/inbox.css":
                self._answer(_STYLE.read_bytes(), "text/css; charset=utf-8")
            case "/local/messages.json":
                self._json(self._platform.inbox())
            case "/sns/jscode2session":
                self._json(error(-1, "system error") if self._platform.fault == "busy" else self._platform.jscode2session(query))
            case _:
                self._json({"error": "nothing here"}, 404)

    def do_POST(self) -> None:
        path, query = self._address()
        try:
            body = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LARGEST_BODY)))
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self._json(error(47001, "data format error"))
            return
        match path:
            case "/cgi-bin/stable_token":
                self._json(self._platform.stable_token(body))
            case "/cgi-bin/message/subscribe/send":
                self._send(query.get("access_token", ""), body)
            case "/local/tap":
                self._json(self._platform.tap(str(body["patient_ref"]), str(body["tap"]), str(body["template_id"])))
            case "/local/codes":
                self._platform.keep_code(str(body["phone_last4"]), str(body["code"]))
                self._json({"kept": True})
            case "/local/faults" if body.get("mode") in FAULTS:
                self._platform.fault = body["mode"]
                self._json({"mode": body["mode"]})
            case _:
                self._json({"error": "nothing here"}, 404)

    def _send(self, token: str, body: Mapping[str, Any]) -> None:
        match self._platform.fault:
            case "busy":
                self._json(error(-1, "system error"))
            case "refuse":
                self._json(error(43101, "user refuse to accept the msg"))
            case "timeout":
                # The cruel kind: the message is delivered and only the answer is lost.
                self._platform.send(token, body)
                self._closing.wait(self._place.patience_s)
                self.close_connection = True
            case _:
                self._json(self._platform.send(token, body))

    def _address(self) -> tuple[str, dict[str, str]]:
        address = urlsplit(self.path)
        return address.path, dict(parse_qsl(address.query))

    def _json(self, answer: Answer | list[Answer], status: int = 200) -> None:
        self._answer(json.dumps(answer, ensure_ascii=False).encode(), "application/json; charset=utf-8", status)

    def _answer(self, content: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        for name, value in {**_SAFE, "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: request lines carry tokens and login codes."""


class Server(ThreadingHTTPServer):
    """Loopback only, whatever the caller asks: inboxes and sign-in codes are open here."""

    daemon_threads = True

    def __init__(self, port: int, platform: Platform, place: Place) -> None:
        self._closing = threading.Event()
        super().__init__(("127.0.0.1", port), partial(Handler, platform, place, self._closing))

    def shutdown(self) -> None:
        self._closing.set()
        super().shutdown()
