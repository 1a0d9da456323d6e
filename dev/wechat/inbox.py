"""The inbox as a page: what a phone would have shown, newest first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "lang": "zh-Hans",
        "title": "本机收件箱",
        "about": "这里代替真实的微信和短信：本机发出的消息与登录验证码都显示在此。",
        "empty": "还没有消息。点“提醒我”或申请登录验证码后，内容会出现在这里。",
        "code": "登录验证码",
        "message": "服务通知",
        "phone": "手机尾号",
        "wechat": "微信尾号",
        "open": "打开",
        "other": "English",
    },
    "en": {
        "lang": "en",
        "title": "Inbox of this machine",
        "about": "This stands in for WeChat and SMS: messages and sign-in codes sent by this machine appear here.",
        "empty": "No messages yet. Tap “Remind me” or ask for a sign-in code, and it will appear here.",
        "code": "Sign-in code",
        "message": "Message",
        "phone": "phone ending",
        "wechat": "WeChat ending",
        "open": "Open",
        "other": "中文",
    },
}


def render(entries: Sequence[Mapping[str, Any]], *, language: str, zone: str, service_url: str) -> str:
    """The page in `language` (zh or en) with hours in `zone`; messages link to the service's front door."""
    words = _WORDS[language]
    other = "en" if language == "zh" else "zh"
    items = "".join(_item(entry, words, zone, service_url) for entry in entries) or f'<li class="empty">{words["empty"]}</li>'
    return f"""<!doctype html>
<html lang="{words["lang"]}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="10">
<title>{words["title"]}</title><link rel="stylesheet" href="/inbox.css"><link rel="icon" href="data:,"></head>
<body><header><h1>{words["title"]}</h1><a href="/?lang={other}" lang="{_WORDS[other]["lang"]}">{words["other"]}</a></header>
<main><p class="about">{words["about"]}</p><ol>{items}</ol></main></body></html>
"""


def _item(entry: Mapping[str, Any], words: Mapping[str, str], zone: str, service_url: str) -> str:
    at = datetime.fromtimestamp(entry["at"], UTC).astimezone(ZoneInfo(zone))
    clock = f'<time datetime="{at.isoformat(timespec="seconds")}">{at:%m-%d %H:%M}</time>'
    if entry["kind"] == "code":
        head, body = f"{words['code']} · {words['phone']} {escape(entry['phone'])}", f'<p class="code">{escape(entry["code"])}</p>'
    else:
        head = f"{words['message']} · {words['wechat']} {escape(entry['phone'])}"
        lines = "".join(f"<p>{escape(value)}</p>" for value in entry["fields"].values())
        body = f'{lines}<a class="open" href="{escape(_link(entry["page"], service_url), quote=True)}">{words["open"]}</a>'
    return f'<li class="{entry["kind"]}"><div class="head"><span>{head}</span>{clock}</div>{body}</li>'


def _link(page: str, service_url: str) -> str:
    """Where a tap leads in a browser: the page that the mini-program's page stands for."""
    token = page.partition("?message=")[2]
    return f"{service_url.rstrip('/')}/r/{token}/" if token else service_url


def language_of(chosen: str, accepted: str) -> str:
    """zh or en: the chosen one, else what the browser asks for first, else zh."""
    if chosen in _WORDS:
        return chosen
    return "en" if accepted.strip().lower().startswith("en") else "zh"
