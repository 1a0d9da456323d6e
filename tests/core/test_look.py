"""The look keeps its promises: contrast in both schemes, nothing inline, a small first page, a switch that keeps the place."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import get_resolver

CORE = Path(__file__).resolve().parents[2] / "core"
CSS = (CORE / "static/core/app.css").read_text()
TEMPLATES = sorted(CORE.parent.glob("*/templates/**/*.html"))
MEANINGS = ["none", "watch", "see", "now", "blank"]
READ_ON = (
    [(ink, ground) for ink in ("ink", "ink-2", "accent", "accent-deep", "now") for ground in ("paper", "card", "field")]
    + [(meaning, f"{meaning}-soft") for meaning in MEANINGS]
    + [("ink", f"{meaning}-soft") for meaning in MEANINGS]
    + [("accent-ink", "accent"), ("accent-ink", "accent-deep"), ("accent-deep", "accent-soft"), ("ink", "accent-soft"), ("night-ink", "night")]
)


def tokens(scheme: str) -> dict[str, str]:
    light, dark = [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]]
    return light if scheme == "light" else light | dark


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_reaches_aa_on_every_ground_it_stands_on(scheme: str) -> None:
    colours = tokens(scheme)
    low = {
        (ink, ground): round(contrast(colours[ink], colours[ground]), 2) for ink, ground in READ_ON if contrast(colours[ink], colours[ground]) < 4.5
    }
    assert low == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(scheme: str) -> None:
    colours = tokens(scheme)
    assert min(contrast(colours["edge"], colours[ground]) for ground in ("paper", "card", "field")) >= 3


def test_no_colour_is_written_outside_the_tokens() -> None:
    rules = CSS.split("/* Ground */")[1].split("/* Paper")[0]
    assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == []


def test_no_template_has_inline_style_or_script() -> None:
    inline = re.compile(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on|hx-vars", re.IGNORECASE)
    assert [path.name for path in TEMPLATES if inline.search(path.read_text())] == []


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (CORE / "static/core/icons.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([a-z]+)"|sign="([a-z]+)"', path.read_text()) for name in name if name}
    assert named
    assert named <= drawn
    assert set(MEANINGS) <= drawn


def test_every_page_a_template_links_to_exists() -> None:
    """`url … as` says nothing of a wrong name, so it is asked here."""
    resolver = get_resolver()
    known = {name for name in resolver.reverse_dict if isinstance(name, str)}
    known |= {
        f"{space}:{name}" for space, (_prefix, inner) in resolver.namespace_dict.items() for name in inner.reverse_dict if isinstance(name, str)
    }
    linked = {name for path in TEMPLATES for name in re.findall(r"""{% url ['"]([a-z_:]+)['"]""", path.read_text())}
    assert len(linked) > 5
    assert linked - known == set()


@override_settings(MODE="demo")
def test_the_styleguide_shows_every_piece(client: Client) -> None:
    answer = client.get("/styleguide/")
    shown = {template.name for template in answer.templates if template.name}
    pieces = {f"pieces/{path.name}" for path in (CORE / "templates/pieces").glob("*.html")}
    assert pieces - shown == set()


@override_settings(MODE="production")
def test_the_styleguide_is_absent_outside_the_demo(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404


def test_the_first_page_without_pictures_is_under_60_kb_compressed(client: Client) -> None:
    page = client.get("/").content
    assets = [finders.find(name) for name in ("core/app.css", "core/app.js", "core/icons.svg")]
    total = len(gzip.compress(page)) + sum(len(gzip.compress(Path(str(path)).read_bytes())) for path in assets)
    assert total < 60_000


@pytest.mark.parametrize(("language", "words"), [("en", "not a diagnosis"), ("zh-hans", "不是诊断")])
def test_the_first_page_says_in_both_languages_that_it_is_no_diagnosis(client: Client, language: str, words: str) -> None:
    client.cookies["django_language"] = language
    assert words in client.get("/").content.decode()


def test_switching_the_language_comes_back_to_the_same_place(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/?from=poster"})
    assert answer.headers["Location"] == "/?from=poster"
    assert '<html lang="en">' in client.get("/?from=poster").content.decode()


def test_switching_the_language_leads_to_no_other_site(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_a_piece_sees_nothing_but_what_it_was_given() -> None:
    page = Template('{% load look %}{% piece "banner" kind="see" title=name %}<p>{{ secret }}</p>{% endpiece %}')
    shown = page.render(Context({"name": "<b>", "secret": "inner", "level": 5}))
    assert "<h2>&lt;b&gt;</h2><p>inner</p>" in shown
