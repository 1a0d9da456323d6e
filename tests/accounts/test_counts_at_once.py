"""Limits hold when everything arrives in the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import LoginCode, User
from accounts.services.codes import request_code
from accounts.services.sign_in import confirm_code, confirm_password
from accounts.services.sign_up import start_sign_up
from core.problems import Problem
from tests.accounts.conftest import PHONE, Postman

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("centre")]
TOGETHER = 8


def all_at_once(act: Callable[[], object]) -> list[str]:
    """Run `act` in eight threads that start together; the problem codes, "done" for success."""
    start = Barrier(TOGETHER)

    def one(_number: int) -> str:
        start.wait()
        try:
            act()
        except Problem as problem:
            return problem.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(TOGETHER) as threads:
        return sorted(threads.map(one, range(TOGETHER)))


def test_eight_requests_at_once_send_five_codes(postman: Postman) -> None:
    assert all_at_once(lambda: request_code(phone=PHONE)) == ["done"] * 5 + ["too_many_codes"] * 3
    assert len(postman.letters) == LoginCode.objects.count() == 5


def test_eight_guesses_at_once_count_as_five(postman: Postman) -> None:
    request_code(phone=PHONE)
    assert all_at_once(lambda: confirm_code(phone=PHONE, code=postman.wrong_code)) == ["code_wrong"] * TOGETHER
    assert LoginCode.objects.get().attempts == 5


def test_one_code_sent_eight_times_makes_one_account(postman: Postman) -> None:
    start_sign_up(name="李桂芳", birth_year=1958, phone=PHONE, language="zh-hans")
    assert all_at_once(lambda: confirm_code(phone=PHONE, code=postman.code)) == ["code_wrong"] * (TOGETHER - 1) + ["done"]
    assert User.objects.count() == 1


def test_eight_passwords_at_once_are_tried_at_most_five_times(transactional_db: None) -> None:
    answers = all_at_once(lambda: confirm_password(handle="dr.wang", password="wrong"))
    assert answers.count("password_wrong") <= 5
    assert set(answers) <= {"password_wrong", "locked_out"}
