"""The WeChat platform's calls that this service makes (CLINICAL.md tables/provider_apis.csv), and what a message may hold.

Two failures are told apart, because only one of them may be tried again: `NotReached` – nothing left this machine – and `NoAnswer` – the
request may have been carried out and nobody said so.
"""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 3.0
TOKEN_REFUSED = frozenset({40001, 42001})
BUSY = frozenset({-1, 45009, 45011})
NO_CREDIT = 43101


class NotReached(Exception):
    """The platform could not be connected to; nothing was sent."""


class NoAnswer(Exception):
    """The request left but no usable answer came: whether it was carried out is unknown."""


class Refused(Exception):
    """The platform answered no. `code` is its errcode, `message` its errmsg."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass
class Wechat:
    """One app at the platform. Keeps its access token for as long as the object lives, which is one batch of messages."""

    url: str
    appid: str
    secret: str
    _token: str = field(default="", repr=False)

    def openid(self, js_code: str) -> str:
        """The openid behind a login code of wx.login. Raises Refused (40029 invalid, 40163 used), NotReached, NoAnswer."""
        query = {"appid": self.appid, "secret": self.secret, "js_code": js_code, "grant_type": "authorization_code"}
        return str(self._call("GET", f"/sns/jscode2session?{urlencode(query)}")["openid"])

    def token(self, *, renewed: bool = False) -> str:
        """The access token; `renewed` asks for a fresh one. Raises Refused or NotReached: no message left either way."""
        if renewed or not self._token:
            asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret, "force_refresh": renewed}
            try:
                self._token = str(self._call("POST", "/cgi-bin/stable_token", asked)["access_token"])
            except NoAnswer as error:
                raise NotReached from error
        return self._token

    def send(self, openid: str, fields: Mapping[str, str], *, language: str, page: str) -> None:
        """Send one subscription message that opens `page`; a refused token is renewed once. Raises Refused, NotReached, NoAnswer."""
        try:
            self._send(self.token(), openid, fields, language, page)
        except Refused as refused:
            if refused.code not in TOKEN_REFUSED:
                raise
            self._send(self.token(renewed=True), openid, fields, language, page)

    def _send(self, token: str, openid: str, fields: Mapping[str, str], language: str, page: str) -> None:
        message = {
            "touser": openid,
            "template_id": settings.WECHAT_TEMPLATE_ID,
            "page": page,
            "data": {key: {"value": fit(key, value)} for key, value in fields.items()},
            "miniprogram_state": "formal",
            "lang": "zh_CN" if language.startswith("zh") else "en_US",
        }
        self._call("POST", f"/cgi-bin/message/subscribe/send?{urlencode({'access_token': token})}", message)

    def local_tap(self, patient_ref: str, tap: str) -> str:
        """The login code of the phone that the local platform plays for this patient; accepts one message on the way. Not in production."""
        asked = {"patient_ref": patient_ref, "tap": tap, "template_id": settings.WECHAT_TEMPLATE_ID}
        return str(self._call("POST", "/local/tap", asked)["js_code"])

    def _call(self, method: str, target: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        address = urlsplit(self.url)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise NotReached from error
        try:
            connection.request(method, target, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer from error
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise NoAnswer
        if answer.get("errcode"):
            raise Refused(int(answer["errcode"]), str(answer.get("errmsg", "")))
        return answer


def configured() -> Wechat:
    """The app of the settings."""
    return Wechat(settings.WECHAT_URL, settings.WECHAT_APPID, settings.WECHAT_SECRET)


def reminder_fields(text: str, on: date) -> dict[str, str]:
    """The fields of the reminder template: one sentence for the lock screen and a date."""
    return {"thing1": text, "date2": f"{on.year}年{on.month}月{on.day}日"}


def fit(key: str, value: str) -> str:
    """`value` cut to what a field such as `thing1` takes, by code point and visibly; dates are never cut."""
    longest = _longest().get(key.rstrip("0123456789"), len(value))
    return value if len(value) <= longest else value[: longest - 1] + "…"


@cache
def _longest() -> Mapping[str, int]:
    with files("followup.rules").joinpath("data/wechat_sms_limits.csv").open(encoding="utf-8") as table:
        limits = {row["item"]: row["limit"] for row in csv.DictReader(table) if row["channel"] == "wechat"}
    # Only text is cut: a number, a date or a phone cut short would say something else.
    return {kind: int(limit.group()) for kind in ("thing", "name", "phrase") if (limit := re.match(r"\d+", limits[f"{kind}.DATA"]))}
