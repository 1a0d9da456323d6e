"""*Remind me* banks one message for one tap."""

from typing import Any

import pytest
from django.http import Http404

from accounts.models import Patient, User
from core.ids import new_id
from core.problems import Problem
from followup.models import CreditEntry, WechatAccount
from followup.selectors import credit_balance
from followup.services.credits import bank_credit
from tests.factories import make_patient, make_user
from tests.followup.conftest import Wechat

pytestmark = pytest.mark.django_db


def user_of(patient: Patient) -> User:
    assert patient.user is not None
    return patient.user


def test_a_tap_links_wechat_and_banks_one_message(wechat: Wechat) -> None:
    patient = make_patient()
    assert bank_credit(patient=patient, by=user_of(patient), tap=new_id()) == 1
    assert bank_credit(patient=patient, by=user_of(patient), tap=new_id()) == 2
    assert WechatAccount.objects.get(patient=patient).openid.startswith("o")


def test_the_same_tap_sent_again_is_one_credit_on_both_sides(wechat: Wechat) -> None:
    patient, tap = make_patient(), new_id()
    for _ in range(3):
        assert bank_credit(patient=patient, by=user_of(patient), tap=tap) == 1
    CreditEntry.objects.all().delete()
    assert bank_credit(patient=patient, by=user_of(patient), tap=tap) == 1
    openid = WechatAccount.objects.get().openid
    token = wechat.platform.stable_token({"grant_type": "client_credential", "appid": "demo-appid", "secret": "demo-secret"})["access_token"]
    message = {"touser": openid, "template_id": "recheck-reminder", "data": {"thing1": {"value": "a"}, "date2": {"value": "2026-11-24"}}}
    assert [wechat.platform.send(token, message)["errcode"] for _ in range(2)] == [0, 43101]


def test_a_code_of_the_mini_program_is_used_as_it_is(wechat: Wechat) -> None:
    patient = make_patient()
    code = wechat.platform.tap("somebody", str(new_id()), "recheck-reminder")["js_code"]
    assert bank_credit(patient=patient, by=user_of(patient), tap=new_id(), js_code=code) == 1
    with pytest.raises(Problem) as refused:
        bank_credit(patient=patient, by=user_of(patient), tap=new_id(), js_code=code)
    assert (refused.value.code, refused.value.facts["found"]) == ("wechat_refused", 40163)
    assert credit_balance(patient) == 1


def test_without_consent_nothing_is_banked(wechat: Wechat) -> None:
    patient = make_patient(consents=("care",))
    with pytest.raises(Problem) as refused:
        bank_credit(patient=patient, by=user_of(patient), tap=new_id())
    assert (refused.value.code, refused.value.status_code) == ("consent_missing", 403)
    assert not CreditEntry.objects.exists()


def test_nobody_taps_for_somebody_else(wechat: Wechat) -> None:
    patient, tap = make_patient(), new_id()
    with pytest.raises(Http404):
        bank_credit(patient=patient, by=make_user(), tap=tap)
    bank_credit(patient=patient, by=user_of(patient), tap=tap)
    other = make_patient()
    with pytest.raises(Http404):
        bank_credit(patient=other, by=user_of(other), tap=tap)


def test_an_absent_wechat_is_said_and_banks_nothing(settings: Any) -> None:
    settings.WECHAT_URL = "http://127.0.0.1:9"
    patient = make_patient()
    with pytest.raises(Problem) as refused:
        bank_credit(patient=patient, by=user_of(patient), tap=new_id())
    assert (refused.value.code, refused.value.status_code) == ("wechat_away", 503)
    assert not CreditEntry.objects.exists()


def test_in_production_nobody_plays_the_phone(wechat: Wechat, settings: Any) -> None:
    settings.PRODUCTION = True
    patient = make_patient()
    with pytest.raises(Problem) as refused:
        bank_credit(patient=patient, by=user_of(patient), tap=new_id())
    assert refused.value.code == "wechat_code_missing"


def test_the_openid_is_sealed_in_the_database(wechat: Wechat) -> None:
    from django.db import connection

    patient = make_patient()
    bank_credit(patient=patient, by=user_of(patient), tap=new_id())
    with connection.cursor() as cursor:
        cursor.execute("SELECT openid FROM followup_wechataccount")
        stored = bytes(cursor.fetchone()[0])
    assert WechatAccount.objects.get().openid.encode() not in stored
