"""What the platform answers to each call of tables/provider_apis.csv, and what a person does on her phone."""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any

from dev.wechat.fields import broken_field
from dev.wechat.store import Store

Answer = dict[str, Any]

JS_CODE_SECONDS = 300
TOKEN_SECONDS = 7200
# The platform hands out the same token until about five minutes before its end.
TOKEN_RENEWED_BEFORE = 300
TEMPLATES: Mapping[str, tuple[str, ...]] = {"recheck-reminder": ("thing1", "date2")}
PAGES = frozenset({"pages/home/home", "pages/reply/reply"})
FAULTS = frozenset({"", "timeout", "refuse", "busy"})
NEWEST = 100


def error(code: int, message: str) -> Answer:
    """An answer that says no, as the platform says it: HTTP 200 with a code."""
    return {"errcode": code, "errmsg": message}


class Platform:
    """One app's side of the platform. `clock` gives seconds since 1970."""

    # A foreign server lives by its own clock, and knows nothing of ours.
    def __init__(self, store: Store, *, appid: str, secret: str, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._store = store
        self._app = (appid, secret)
        self._clock = clock

    def jscode2session(self, query: Mapping[str, str]) -> Answer:
        """GET /sns/jscode2session: whose phone the code came from. A code works once, for five minutes."""
        if refused := self._refuse_app(query):
            return refused
        with self._store.transaction() as db:
            code = db.execute("SELECT * FROM js_code WHERE code = ?", (query.get("js_code", ""),)).fetchone()
            if code is None or self._clock() - code["made_at"] > JS_CODE_SECONDS or query.get("grant_type") != "authorization_code":
                return error(40029, "invalid code")
            if code["used"]:
                return error(40163, "code been used")
            db.execute("UPDATE js_code SET used = 1 WHERE code = ?", (code["code"],))
            return {"openid": code["openid"], "session_key": secrets.token_urlsafe(16)}

    def stable_token(self, body: Mapping[str, Any]) -> Answer:
        """POST /cgi-bin/stable_token: the token in force, or a new one near its end or when forced (the old one dies then)."""
        if refused := self._refuse_app(body):
            return refused
        if body.get("grant_type") != "client_credential":
            return error(40002, "invalid grant_type")
        now = self._clock()
        with self._store.transaction() as db:
            token = db.execute("SELECT * FROM token WHERE NOT revoked ORDER BY made_at DESC").fetchone()
            left = 0 if token is None else token["made_at"] + TOKEN_SECONDS - now
            if token is not None and left > TOKEN_RENEWED_BEFORE and body.get("force_refresh") is not True:
                return {"access_token": token["value"], "expires_in": int(left)}
            if body.get("force_refresh") is True:
                db.execute("UPDATE token SET revoked = 1")
            value = secrets.token_urlsafe(48)
            db.execute("INSERT INTO token (value, made_at) VALUES (?, ?)", (value, now))
            return {"access_token": value, "expires_in": TOKEN_SECONDS}

    def send(self, token: str, body: Mapping[str, Any]) -> Answer:
        """POST /cgi-bin/message/subscribe/send: one message for one accepted tap, into the inbox of that phone."""
        with self._store.transaction() as db:
            refused = self._refuse_token(db, token) or _refuse_message(db, body)
            if refused:
                return refused
            touser, template = body["touser"], body["template_id"]
            spent = db.execute("UPDATE credit SET amount = amount - 1 WHERE openid = ? AND template = ? AND amount > 0", (touser, template))
            if not spent.rowcount:
                return error(43101, "user refuse to accept the msg")
            fields = {key: body["data"][key]["value"] for key in TEMPLATES[template]}
            message = db.execute(
                "INSERT INTO message (at, openid, template, page, fields) VALUES (?, ?, ?, ?, ?)",
                (self._clock(), touser, template, body.get("page", ""), json.dumps(fields, ensure_ascii=False)),
            )
            return {"errcode": 0, "errmsg": "ok", "msgid": message.lastrowid}

    def tap(self, patient_ref: str, tap: str, template: str) -> Answer:
        """What a phone does when its owner taps *Remind me*: log in and accept one message. The same tap is one credit however often sent."""
        with self._store.transaction() as db:
            db.execute("INSERT OR IGNORE INTO phone (openid, patient_ref) VALUES (?, ?)", ("o" + secrets.token_urlsafe(20), patient_ref))
            openid = db.execute("SELECT openid FROM phone WHERE patient_ref = ?", (patient_ref,)).fetchone()["openid"]
            if db.execute("INSERT OR IGNORE INTO tap (tap) VALUES (?)", (tap,)).rowcount:
                db.execute("INSERT INTO credit VALUES (?, ?, 1) ON CONFLICT (openid, template) DO UPDATE SET amount = amount + 1", (openid, template))
            code = secrets.token_urlsafe(24)
            db.execute("INSERT INTO js_code (code, openid, made_at) VALUES (?, ?, ?)", (code, openid, self._clock()))
            return {"js_code": code, "subscribe": "accept"}

    def keep_code(self, phone_last4: str, code: str) -> None:
        """A sign-in code for the inbox, in place of an SMS."""
        with self._store.transaction() as db:
            db.execute("INSERT INTO code (at, phone_last4, code) VALUES (?, ?, ?)", (self._clock(), phone_last4[-4:], code))

    def inbox(self) -> list[Answer]:
        """Messages and codes, newest first. The last letters of an openid stand for the phone."""
        with self._store.transaction() as db:
            messages = db.execute("SELECT * FROM message ORDER BY id DESC LIMIT ?", (NEWEST,)).fetchall()
            codes = db.execute("SELECT * FROM code ORDER BY id DESC LIMIT ?", (NEWEST,)).fetchall()
        found: list[Answer] = [
            {"kind": "message", "at": row["at"], "phone": row["openid"][-4:], "template": row["template"], "page": row["page"]}
            | {"fields": json.loads(row["fields"]), "openid": row["openid"]}
            for row in messages
        ]
        found += [{"kind": "code", "at": row["at"], "phone": row["phone_last4"], "code": row["code"]} for row in codes]
        return sorted(found, key=lambda entry: -float(entry["at"]))

    @property
    def fault(self) -> str:
        """How the platform misbehaves at present; empty when it does not."""
        with self._store.transaction() as db:
            row = db.execute("SELECT mode FROM fault").fetchone()
        return str(row["mode"]) if row else ""

    @fault.setter
    def fault(self, mode: str) -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM fault")
            db.execute("INSERT INTO fault (mode) VALUES (?)", (mode,))

    def _refuse_app(self, claimed: Mapping[str, Any]) -> Answer | None:
        appid, secret = self._app
        if claimed.get("appid") != appid:
            return error(40013, "invalid appid")
        return error(40001, "invalid credential") if claimed.get("secret") != secret else None

    def _refuse_token(self, db: sqlite3.Connection, token: str) -> Answer | None:
        row = db.execute("SELECT * FROM token WHERE value = ?", (token,)).fetchone()
        if row is None or row["revoked"]:
            return error(40001, "invalid credential, access_token is invalid or not latest")
        return error(42001, "access_token expired") if self._clock() > row["made_at"] + TOKEN_SECONDS else None


def _refuse_message(db: sqlite3.Connection, body: Mapping[str, Any]) -> Answer | None:
    template = TEMPLATES.get(str(body.get("template_id", "")))
    if template is None:
        return error(40037, "template_id invalid")
    if db.execute("SELECT 1 FROM phone WHERE openid = ?", (body.get("touser", ""),)).fetchone() is None:
        return error(40003, "touser invalid")
    if body.get("page", "") and body["page"].partition("?")[0] not in PAGES:
        return error(41030, "page invalid")
    given = body.get("data")
    fields = {key: str(entry.get("value", "")) for key, entry in given.items() if isinstance(entry, dict)} if isinstance(given, dict) else {}
    broken = broken_field(template, fields)
    return error(47003, f"argument invalid! data.{broken}.value is empty or breaks its rule") if broken else None
