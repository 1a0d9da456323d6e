"""The local platform answers as the published pages do (CLINICAL.md tables/provider_apis.csv and wechat_sms_limits.csv)."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dev.wechat.fields import broken_field, limits
from dev.wechat.inbox import language_of, render
from dev.wechat.platform import JS_CODE_SECONDS, TOKEN_SECONDS, Platform
from dev.wechat.server import Place, Server
from dev.wechat.store import Store

APP = {"appid": "wx1", "secret": "s1"}
TOKEN = APP | {"grant_type": "client_credential"}
LOGIN = APP | {"grant_type": "authorization_code"}
TEMPLATE = "recheck-reminder"


class Clock:
    """Seconds that only move when told."""

    seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(tmp_path: Path, clock: Clock) -> Iterator[Platform]:
    store = Store(tmp_path / "wechat" / "inbox.sqlite3")
    yield Platform(store, appid="wx1", secret="s1", clock=clock)
    store.close()


def tapped(platform: Platform, tap: str = "1") -> str:
    return str(platform.jscode2session(LOGIN | {"js_code": platform.tap("anna", tap, TEMPLATE)["js_code"]})["openid"])


def message(openid: str, **changes: Any) -> dict[str, Any]:
    data = {"thing1": {"value": "您有一项健康复查提醒,请登录查看"}, "date2": {"value": "2019年10月1日"}}
    whole = {"touser": openid, "template_id": TEMPLATE, "page": "pages/home/home", "data": data, "miniprogram_state": "formal", "lang": "zh_CN"}
    return whole | changes


def token_of(platform: Platform) -> str:
    return str(platform.stable_token(TOKEN)["access_token"])


def test_a_login_code_gives_the_same_openid_for_the_same_phone_and_a_session_key(platform: Platform) -> None:
    answer = platform.jscode2session(LOGIN | {"js_code": platform.tap("anna", "1", TEMPLATE)["js_code"]})
    assert set(answer) == {"openid", "session_key"}
    assert tapped(platform, "2") == answer["openid"]


def test_a_login_code_works_once_and_for_five_minutes(platform: Platform, clock: Clock) -> None:
    code = platform.tap("anna", "1", TEMPLATE)["js_code"]
    assert "openid" in platform.jscode2session(LOGIN | {"js_code": code})
    assert platform.jscode2session(LOGIN | {"js_code": code})["errcode"] == 40163
    assert platform.jscode2session(LOGIN | {"js_code": "never made"})["errcode"] == 40029
    late = platform.tap("anna", "2", TEMPLATE)["js_code"]
    clock.seconds += JS_CODE_SECONDS + 1
    assert platform.jscode2session(LOGIN | {"js_code": late})["errcode"] == 40029


@pytest.mark.parametrize(("claimed", "errcode"), [({"appid": "wx2"}, 40013), ({"secret": "s2"}, 40001)])
def test_a_wrong_app_or_secret_is_refused(platform: Platform, claimed: dict[str, str], errcode: int) -> None:
    assert platform.stable_token(TOKEN | claimed)["errcode"] == errcode
    assert platform.jscode2session(LOGIN | claimed | {"js_code": "any"})["errcode"] == errcode


def test_the_token_is_stable_until_five_minutes_before_its_end(platform: Platform, clock: Clock) -> None:
    first = platform.stable_token(TOKEN)
    assert first["expires_in"] == TOKEN_SECONDS == 7200
    assert len(first["access_token"]) <= 512
    clock.seconds += 6800
    assert platform.stable_token(TOKEN) == {"access_token": first["access_token"], "expires_in": 400}
    clock.seconds += 150
    assert platform.stable_token(TOKEN)["access_token"] != first["access_token"]


def test_the_old_token_lives_out_its_time_but_a_forced_refresh_kills_it(platform: Platform, clock: Clock) -> None:
    openid, old = tapped(platform), token_of(platform)
    tapped(platform, "2")
    new = platform.stable_token(TOKEN | {"force_refresh": True})["access_token"]
    assert platform.send(old, message(openid))["errcode"] == 40001
    assert platform.send(new, message(openid))["errcode"] == 0
    clock.seconds += TOKEN_SECONDS + 1
    assert platform.send(new, message(openid))["errcode"] == 42001


def test_one_tap_is_one_message(platform: Platform) -> None:
    openid, token = tapped(platform), token_of(platform)
    platform.tap("anna", "1", TEMPLATE)
    sent = platform.send(token, message(openid))
    assert (sent["errcode"], sent["errmsg"]) == (0, "ok")
    assert "msgid" in sent
    assert platform.send(token, message(openid))["errcode"] == 43101


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": ""}, 40003),
        ({"touser": "o-unknown"}, 40003),
        ({"template_id": ""}, 40037),
        ({"template_id": "unknown"}, 40037),
        ({"page": "pages/secret/secret"}, 41030),
        ({"data": {}}, 47003),
        ({"data": {"thing1": {"value": "a" * 21}, "date2": {"value": "2019年10月1日"}}}, 47003),
        ({"data": {"thing1": {"value": ""}, "date2": {"value": "2019年10月1日"}}}, 47003),
        ({"data": {"thing1": {"value": "a"}, "date2": {"value": "tomorrow"}}}, 47003),
    ],
)
def test_a_wrong_message_is_refused_by_name_and_costs_no_credit(platform: Platform, changes: dict[str, Any], errcode: int) -> None:
    openid, token = tapped(platform), token_of(platform)
    assert platform.send(token, message(openid, **changes))["errcode"] == errcode
    assert platform.inbox() == []
    assert platform.send(token, message(openid))["errcode"] == 0


def test_a_broken_field_is_named(platform: Platform) -> None:
    openid = tapped(platform)
    answer = platform.send(token_of(platform), message(openid, data={"thing1": {"value": "a"}, "date2": {"value": "x"}}))
    assert "date2" in answer["errmsg"]


@pytest.mark.parametrize(
    ("field", "value", "holds"),
    [
        ("thing1", "字" * 20, True),
        ("thing1", "字" * 21, False),
        ("thing1", "two\nlines", False),
        ("number1", "12.5", True),
        ("number1", "a", False),
        ("letter1", "abc", True),
        ("letter1", "a1", False),
        ("symbol1", "!!!!!", True),
        ("symbol1", "!!!!!!", False),
        ("character_string1", "A-12", True),
        ("character_string1", "字", False),
        ("time1", "2019年10月1日 15:01", True),
        ("time1", "15:01~16:00", True),
        ("time1", "soon", False),
        ("date1", "2019年10月1日", True),
        ("date1", "2019-10-1 15:01", True),
        ("amount1", "¥100元", True),
        ("amount1", "hundred", False),
        ("phone_number1", "+86-0766-66888866", True),
        ("phone_number1", "1" * 18, False),
        ("car_number1", "粤A8Z888挂", True),
        ("car_number1", "粤A8Z888挂挂挂", False),
        ("name1", "张" * 10, True),
        ("name1", "张" * 11, False),
        ("name1", "a" * 20, True),
        ("name1", "a" * 21, False),
        ("phrase1", "配送中", True),
        ("phrase1", "六个字的短语", False),
        ("phrase1", "sent", False),
    ],
)
def test_each_kind_of_field_has_its_published_limit(field: str, value: str, holds: bool) -> None:
    assert (broken_field((field,), {field: value}) == "") is holds


def test_the_limits_come_from_the_table() -> None:
    assert (limits()["thing"], limits()["phrase"], limits()["character_string"]) == (20, 5, 32)


def test_a_restart_keeps_phones_credits_and_inbox(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    store = Store(path)
    before = Platform(store, appid="wx1", secret="s1")
    openid = tapped(before)
    tapped(before, "2")
    before.send(token_of(before), message(openid))
    before.keep_code("2222", "123456")
    store.close()
    store = Store(path)
    after = Platform(store, appid="wx1", secret="s1")
    assert [entry["kind"] for entry in after.inbox()] == ["code", "message"]
    assert after.send(token_of(after), message(openid))["errcode"] == 0
    store.close()


@pytest.fixture
def address(platform: Platform) -> Iterator[str]:
    server = Server(0, platform, Place(service_url="http://127.0.0.1:8000/", zone="Asia/Shanghai", patience_s=0.05))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def post(url: str, body: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def test_the_documented_addresses_answer(address: str, platform: Platform) -> None:
    code = post(f"{address}/local/tap", {"patient_ref": "anna", "tap": "1", "template_id": TEMPLATE})["js_code"]
    query = f"appid=wx1&secret=s1&js_code={code}&grant_type=authorization_code"
    with urllib.request.urlopen(f"{address}/sns/jscode2session?{query}", timeout=5) as answer:
        openid = json.load(answer)["openid"]
    token = post(f"{address}/cgi-bin/stable_token", TOKEN)["access_token"]
    assert post(f"{address}/cgi-bin/message/subscribe/send?access_token={token}", message(openid))["errcode"] == 0
    with urllib.request.urlopen(f"{address}/local/messages.json", timeout=5) as answer:
        (entry,) = json.load(answer)
    assert (entry["openid"], entry["fields"]["date2"]) == (openid, "2019年10月1日")


def test_the_fault_switch_makes_it_busy_or_refuse_and_sound_again(address: str, platform: Platform) -> None:
    openid, token = tapped(platform), token_of(platform)
    send = f"{address}/cgi-bin/message/subscribe/send?access_token={token}"
    answers = []
    for mode in ("busy", "refuse", ""):
        assert post(f"{address}/local/faults", {"mode": mode}) == {"mode": mode}
        answers.append(post(send, message(openid))["errcode"])
    assert answers == [-1, 43101, 0]


def test_a_timeout_delivers_and_loses_only_the_answer(address: str, platform: Platform) -> None:
    openid, token = tapped(platform), token_of(platform)
    platform.fault = "timeout"
    with pytest.raises(OSError):
        post(f"{address}/cgi-bin/message/subscribe/send?access_token={token}", message(openid))
    assert len(platform.inbox()) == 1


def test_the_inbox_page_shows_codes_and_messages_in_both_languages_and_runs_no_script(address: str, platform: Platform, clock: Clock) -> None:
    platform.send(token_of(platform), message(tapped(platform)))
    clock.seconds += 1
    post(f"{address}/local/codes", {"phone_last4": "2222", "code": "482915"})
    for language, title in (("zh", "本机收件箱"), ("en", "Inbox of this machine")):
        with urllib.request.urlopen(f"{address}/?lang={language}", timeout=5) as answer:
            page = answer.read().decode()
            policy = answer.headers["Content-Security-Policy"]
        assert title in page
        assert page.index("482915") < page.index("您有一项健康复查提醒")
        assert "<script" not in page
        assert "style=" not in page
        assert "default-src 'none'" in policy
    with urllib.request.urlopen(f"{address}/inbox.css", timeout=5) as answer:
        assert answer.headers["Content-Type"].startswith("text/css")


def test_an_empty_inbox_says_what_will_appear() -> None:
    assert "Remind me" in render([], language="en", zone="Asia/Shanghai", service_url="http://x/")


def test_what_people_send_is_shown_as_text() -> None:
    entry = {"kind": "code", "at": 0.0, "phone": "<b>", "code": "<i>"}
    page = render([entry], language="zh", zone="Asia/Shanghai", service_url='http://x/"')
    assert "<b>" not in page
    assert "<i>" not in page


@pytest.mark.parametrize(("chosen", "accepted", "language"), [("", "en-GB,en", "en"), ("", "zh-CN,en", "zh"), ("", "", "zh"), ("zh", "en", "zh")])
def test_the_page_speaks_the_chosen_language_else_the_browsers(chosen: str, accepted: str, language: str) -> None:
    assert language_of(chosen, accepted) == language


def test_an_unknown_address_and_a_body_that_is_no_json_are_answered(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{address}/nowhere", timeout=5)
    assert missing.value.code == 404
    missing.value.close()
    assert post(f"{address}/cgi-bin/stable_token", "text")["errcode"] == 47001
