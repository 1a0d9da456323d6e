"""What people read: one table, two languages, no word that soothes or frightens."""

import re
import string

import pytest

from followup.rules.recall import MODIFIERS
from followup.rules.sentences import SENTENCES, lock_screen, sentence
from screening.rules.protocol_rows import PROTOCOL

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
