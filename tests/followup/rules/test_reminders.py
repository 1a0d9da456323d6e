"""When a step is spoken of, by whom, and when a message may arrive."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.rules.quiet_hours import next_allowed
from followup.rules.reminders import LADDER_OF_KIND, LADDERS, Booking, channel_for, has_ladder, ladder
from followup.rules.steps import STEP_KINDS
from tests.rule_cases import NOW, TODAY, ZONE, days, unhurried

DUE = TODAY + days(100)


def codes(kind: str = "recall", due: date = DUE, *, booked: bool = False, now: datetime = NOW, told_at: datetime | None = None) -> list[str]:
    return [rung.code for rung in ladder(kind, due, Booking(due, 1) if booked else None, now, zone=ZONE, told_at=told_at)]


LATE = ["missed", "overdue_7", "overdue_7_sms", "overdue_14_sms", "overdue_28_call", "failsafe_42", "decision_84", "yearly_1"]


class TestLadder:
    def test_cadence_of_a_recall(self) -> None:
        assert codes() == ["before_28", "before_14", *LATE]

    def test_booked_changes_the_messages_before_the_date(self) -> None:
        messages = ["before_28", "before_3", "before_1", "missed", "overdue_7", "overdue_7_sms", "overdue_14_sms"]
        assert codes(booked=True) == [*(f"{code}_b1" for code in messages), "overdue_28_call", "failsafe_42", "decision_84", "yearly_1"]

    def test_messages_of_a_booked_step_count_from_the_day_booked_and_a_persons_calls_from_the_day_due(self) -> None:
        rungs = ladder("referral", DUE, Booking(DUE + days(5), 2), NOW, zone=ZONE)
        at = {rung.code: (rung.due_at.astimezone(ZoneInfo(ZONE)).date() - DUE).days for rung in rungs}
        assert (at["before_3_b2"], at["before_1_b2"]) == (2, 4)
        assert (at["missed_call_1"], at["missed_call_3"]) == (1, 3)

    def test_days_are_those_of_the_table_at_ten_in_the_patients_morning(self) -> None:
        rungs = ladder("recall", DUE, None, NOW, zone=ZONE)
        local = [rung.due_at.astimezone(ZoneInfo(ZONE)) for rung in rungs]
        assert [(at.date() - DUE).days for at in local] == [-28, -14, 1, 7, 7, 14, 28, 42, 84, 449]
        assert {(at.hour, at.minute) for at in local} == {(10, 0)}

    def test_referable_people_are_called_and_then_seen_to_each_week(self) -> None:
        assert codes("referral") == [
            "before_28",
            "before_14",
            *("missed_call_1", "missed_call_3", "missed_call_7", "owner_weekly_1", "failsafe_42", "decision_84"),
        ]

    def test_photo_that_is_due_in_a_week_is_asked_for_once_before(self) -> None:
        assert codes("retake", TODAY + days(7)) == ["before_3", *LATE]
        assert codes("second_eye", TODAY + days(7)) == codes("retake", TODAY + days(7))

    def test_rungs_already_past_collapse_into_the_last_of_them_due_now(self) -> None:
        late = ladder("recall", DUE, None, NOW + days(100 + 30), zone=ZONE)
        assert (late[0].code, late[0].due_at, late[0].channel) == ("overdue_28_call", NOW + days(130), "person")
        assert [rung.code for rung in late[1:]] == ["failsafe_42", "decision_84", "yearly_1"]

    def test_rung_is_past_at_its_very_moment(self) -> None:
        at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
        assert at.astimezone(ZoneInfo(ZONE)).hour == 10
        due = TODAY + days(28)
        assert ladder("recall", due, None, at, zone=ZONE)[0].due_at == at
        early = at - timedelta(seconds=1)
        assert ladder("recall", due, None, early, zone=ZONE)[0].due_at == at

    def test_message_due_before_the_patient_was_told_is_said_already(self) -> None:
        due = TODAY + days(10)
        assert codes(due=due)[0] == "before_14"
        assert codes(due=due, told_at=NOW)[0] == "missed"

    def test_persons_rung_is_never_said_already(self) -> None:
        long_ago = TODAY - days(50)
        assert codes(due=long_ago, told_at=NOW)[0] == "failsafe_42"
        assert codes("symptom_today", TODAY, told_at=NOW) == ["call_today"]

    def test_repeating_rungs_go_on_until_somebody_came(self) -> None:
        weeks = codes("referral", TODAY - days(30))
        assert weeks[:2] == ["owner_weekly_3", "owner_weekly_4"]
        years = codes(due=TODAY - days(449 + 365 * 3))
        assert years == ["yearly_4", "yearly_5"]

    def test_every_kind_of_step_but_a_review_has_a_ladder(self) -> None:
        assert {kind for kind in STEP_KINDS if not has_ladder(kind)} == {"clinician_review"}
        assert codes("clinician_review") == []
        assert set(LADDER_OF_KIND) <= set(STEP_KINDS)
        assert set(LADDER_OF_KIND.values()) == set(LADDERS)

    @unhurried
    @given(st.sampled_from(sorted(LADDER_OF_KIND)), st.integers(-2000, 2000), st.booleans())
    def test_ladder_is_in_order_names_each_rung_once_and_never_ends_in_silence(self, kind: str, ahead: int, booked: bool) -> None:
        rungs = ladder(kind, TODAY + days(ahead), Booking(TODAY + days(ahead), 1) if booked else None, NOW, zone=ZONE)
        assert all(first.due_at <= second.due_at for first, second in pairwise(rungs))
        assert len({rung.code for rung in rungs}) == len(rungs)
        assert rungs
        assert sum(rung.due_at <= NOW for rung in rungs) <= 1
        assert rungs[-1].channel == "person"


class TestChannel:
    @pytest.mark.parametrize(
        ("channel", "consented", "credit", "expected"),
        [
            ("wechat", True, 1, "wechat"),
            ("sms", True, 1, "wechat"),
            ("wechat", True, 0, "person"),
            ("wechat", False, 5, "person"),
            ("wechat", True, -1, "person"),
            ("person", True, 5, "person"),
        ],
    )
    def test_message_without_consent_or_credit_goes_to_a_person(self, channel: str, consented: bool, credit: int, expected: str) -> None:
        assert channel_for(channel, consented=consented, credit=credit) == expected


def shanghai(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE))


class TestQuietHours:
    @pytest.mark.parametrize(
        ("moment", "allowed"),
        [
            (shanghai(8), shanghai(8)),
            (shanghai(20, 59), shanghai(20, 59)),
            (shanghai(21), shanghai(8, day=25)),
            (shanghai(23, 59), shanghai(8, day=25)),
            (shanghai(0), shanghai(8)),
            (shanghai(7, 59), shanghai(8)),
        ],
    )
    def test_nothing_arrives_from_nine_in_the_evening_until_eight(self, moment: datetime, allowed: datetime) -> None:
        assert next_allowed(moment.astimezone(UTC), ZONE) == allowed

    def test_emergency_is_exempt(self) -> None:
        assert next_allowed(shanghai(3), ZONE, emergency=True) == shanghai(3)

    def test_zone_is_the_patients(self) -> None:
        noon_in_shanghai = shanghai(12)
        assert next_allowed(noon_in_shanghai, "America/New_York") == datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("America/New_York"))

    @unhurried
    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland"]),
    )
    def test_allowed_moment_is_outside_the_quiet_hours_and_within_a_night(self, moment: datetime, zone: str) -> None:
        allowed = next_allowed(moment, zone)
        assert 8 <= allowed.astimezone(ZoneInfo(zone)).hour < 21
        assert timedelta(0) <= allowed - moment <= timedelta(hours=12)
        assert next_allowed(allowed, zone) == allowed
