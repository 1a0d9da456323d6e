"""A patient's phone on a bad day: it sends again, with the same key, until somebody answers."""

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

TRANSIENT = {429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


def call(
    method: str, url: str, token: str | None, *, body: bytes | None = None, headers: dict[str, str] | None = None, timeout: float = 10
) -> Answer:
    """One request. Raises OSError (URLError, timeouts, resets) where nobody answered."""
    request = Request(url, data=body, method=method, headers=dict(headers or {}))
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urlopen(request, timeout=timeout) as response:
            return Answer(response.status, _json(response.read()))
    except HTTPError as error:
        return Answer(error.code, _json(error.read()))


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def multipart(fields: dict[str, str], photo: bytes) -> tuple[bytes, str]:
    """A multipart body and its content type."""
    boundary = "----faultboundary"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return b"".join([*parts, head.encode(), photo, f"\r\n--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def upload(base: str, token: str, photo: bytes, *, key: str, patience_s: float = 120, **fields: str) -> Answer:
    """Send one photo with its fields (kind retina where no other is given) until it is answered for good."""
    body, kind = multipart({"kind": "retina"} | fields, photo)
    until = time.monotonic() + patience_s
    while True:
        try:
            answer = call("POST", f"{base}api/v1/photos", token, body=body, headers={"Content-Type": kind, "Idempotency-Key": key})
            if answer.status not in TRANSIENT:
                return answer
        except (URLError, OSError):
            answer = Answer(0, None)
        if time.monotonic() > until:
            return answer
        time.sleep(0.2)


def post(base: str, token: str, path: str, document: object, *, patience_s: float = 120) -> Answer:
    """POST a document until it is answered for good."""
    until = time.monotonic() + patience_s
    while True:
        try:
            answer = call("POST", base.rstrip("/") + path, token, body=json.dumps(document).encode(), headers={"Content-Type": "application/json"})
            if answer.status not in TRANSIENT or time.monotonic() > until:
                return answer
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
        time.sleep(0.2)


def ask(base: str, token: str, path: str, *, patience_s: float = 60) -> Answer:
    """GET until somebody answers."""
    until = time.monotonic() + patience_s
    while True:
        try:
            answer = call("GET", base.rstrip("/") + path, token)
            if answer.status not in TRANSIENT or time.monotonic() > until:
                return answer
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
        time.sleep(0.2)
