"""What people read: one table, two languages, no word that soothes or frightens."""

import re
import string

import pytest

from followup.rules.recall import MODIFIERS
from followup.rules.sentences import SENTENCES, lock_screen, sentence
from screening.rules.protocol_rows import PROTOCOL
from screening.rules.skin.protocol import ROW_OF_URGENCY, SKIN_PROTOCOL

FORBIDDEN = re.compile(
    r"诊断|确诊|排除|正常|放心|治愈|准确率|\d ?%|you (do not )?have (?!a health check-up reminder)|normal|positive|negative", re.IGNORECASE
)
# CLINICAL.md B(iv) and UX.md word these themselves: they say what is not claimed.
WORDED_BY_THE_CLINIC = {"not_a_diagnosis", "not_readable"}


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_are_there_and_ask_for_the_same_fields(code: str) -> None:
    zh, en = SENTENCES[code]["zh"], SENTENCES[code]["en"]
    assert re.search(r"[一-鿿]", zh)
    assert not re.search(r"[一-鿿]", en)
    assert fields_of(zh) == fields_of(en)


@pytest.mark.parametrize("code", sorted(set(SENTENCES) - WORDED_BY_THE_CLINIC))
def test_no_sentence_diagnoses_or_soothes(code: str) -> None:
    assert not FORBIDDEN.search(SENTENCES[code]["zh"])
    assert not FORBIDDEN.search(SENTENCES[code]["en"])


def test_every_rule_has_its_reason_in_words() -> None:
    assert {f"reason.{rule}" for rule in (*PROTOCOL, *MODIFIERS)} <= set(SENTENCES)
    assert {f"reason.{row.id}" for row in ROW_OF_URGENCY.values()} <= set(SENTENCES)


def test_every_row_of_the_skin_protocol_is_worded_for_clinicians() -> None:
    assert {f"row.{row}" for row in SKIN_PROTOCOL} <= set(SENTENCES)


def test_words_about_a_spot_are_those_of_the_clinic() -> None:
    assert sentence("emergency_skin", "zh") == "请立即拨打 120,或马上去最近的急诊"
    assert sentence("emergency_skin", "en") == "Call emergency services now, or go to the nearest emergency department"
    assert sentence("safety_net_skin", "zh") == "如变大、变形、变色、出血或破溃不愈,不要等到复查日期,请尽快看皮肤科医生"
    assert sentence("safety_net_skin", "en") == "If it grows, changes, bleeds or does not heal, do not wait: see a dermatologist soon"


def test_sentence_is_filled_in_the_readers_language() -> None:
    assert sentence("watch", "zh-hans", date="3月1日") == "有轻微变化,请在 3月1日 前复查"
    assert sentence("watch", "en", date="1 March") == "Small changes; please have it checked again by 1 March"


def test_half_a_sentence_reaches_nobody() -> None:
    with pytest.raises(KeyError):
        sentence("watch", "en")
    with pytest.raises(KeyError):
        sentence("no such sentence", "en")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_lock_screen_names_no_disease_and_no_organ(language: str) -> None:
    for shown in (lock_screen(language), lock_screen(language, "妈妈")):
        assert not re.search(r"眼|糖尿|视网膜|eye|diabet|retina", shown, re.IGNORECASE)
    assert "妈妈" in lock_screen(language, "妈妈")
