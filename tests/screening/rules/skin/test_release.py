"""What a patient may read about a spot: one sentence, never a class, and never calm before a signature."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.rules.sentences import SENTENCES
from screening.rules.release import Sentence
from screening.rules.skin.decision import LesionDecision, lesion_as_decided
from screening.rules.skin.release import lesion_gap, lesion_sentence
from screening.rules.skin.urgency import CLASSES, LesionFinding
from tests.rule_cases import NOW, TODAY, ZONE, unhurried
from tests.skin_cases import ALL_NO, close_up, overview, spot

DUE = TODAY + timedelta(days=56)
WATCHED = spot(close_up("NEV"))


def say(finding: LesionFinding, **switches: object) -> Sentence:
    asked: dict[str, object] = {"signed": False, "release_unsigned": False, "may_reassure": False, "accepted_at": NOW, "zone": ZONE, "due": DUE}
    return lesion_sentence(finding, **(asked | switches))  # type: ignore[arg-type]


class TestToldAtOnce:
    def test_emergency_says_call_now(self) -> None:
        shown = say(spot(told=ALL_NO | {"q0a": True}))
        assert (shown.code, shown.banner, shown.safety_net) == ("emergency_skin", "now", False)

    def test_answers_that_cannot_wait_say_today(self) -> None:
        assert say(spot(close_up("NEV"), told=ALL_NO | {"b1": True})).code == "now_skin"

    def test_what_the_program_saw_sends_nobody_today_before_a_signature(self) -> None:
        seen = spot(close_up("MEL"), told=ALL_NO | {"q3": ["immunosuppressed"]})
        assert seen.urgency == "same_day"
        assert say(seen).code == "doctor_will_answer"
        assert say(lesion_as_decided(seen, LesionDecision("MEL", "same_day")), signed=True).code == "now_skin"

    @pytest.mark.parametrize("signed", [True, False])
    def test_photo_that_cannot_be_read_asks_for_another(self, signed: bool) -> None:
        shown = say(spot(close_up(outcome="retake")), signed=signed)
        assert (shown.code, shown.date) == ("not_readable", TODAY + timedelta(days=7))

    def test_third_unreadable_photo_is_examined_in_person(self) -> None:
        poor = [close_up(outcome="retake", photo_id=str(number)) for number in range(3)]
        shown = say(spot(*poor))
        assert (shown.code, shown.date) == ("skin_examination_in_person", TODAY + timedelta(days=28))

    def test_missing_close_up_is_asked_for(self) -> None:
        assert say(spot(overview())).code == "skin_photo_missing"

    def test_place_without_a_photo_is_told_beside_the_answer(self) -> None:
        intimate = spot(site="genitals", age=15)
        gap = lesion_gap(intimate, accepted_at=NOW, zone=ZONE)
        assert say(intimate).code == "doctor_will_answer"
        assert gap is not None
        assert (gap.code, gap.date) == ("skin_in_person", TODAY + timedelta(days=28))


class TestBeforeASignature:
    @pytest.mark.parametrize("finding", [WATCHED, spot(close_up("MEL")), spot(close_up(in_scope=False)), spot(close_up(outcome="unread")), spot()])
    def test_a_doctor_will_answer_on_a_day_that_tells_nothing(self, finding: LesionFinding) -> None:
        shown = say(finding)
        assert (shown.code, shown.date, shown.banner) == ("doctor_will_answer", TODAY + timedelta(days=7), "blank")

    def test_demo_shows_a_visit_as_preliminary(self) -> None:
        shown = say(spot(close_up("MEL")), release_unsigned=True)
        assert (shown.code, shown.preliminary) == ("see_a_doctor", True)

    def test_nothing_reassures_unless_the_weights_may(self) -> None:
        assert say(WATCHED, release_unsigned=True).code == "doctor_will_answer"
        assert say(WATCHED, release_unsigned=True, may_reassure=True).code == "skin_watch"

    def test_open_referral_of_the_spot_is_not_soothed(self) -> None:
        assert say(WATCHED, release_unsigned=True, may_reassure=True, earlier_referable=True).code == "doctor_will_answer"


class TestSigned:
    def test_lowest_outcome_is_watch_with_a_date_and_the_safety_net(self) -> None:
        shown = say(WATCHED, signed=True)
        assert (shown.code, shown.banner, shown.date, shown.safety_net, shown.preliminary) == ("skin_watch", "watch", DUE, True, False)

    @pytest.mark.parametrize("urgency", ["refer", "refer_soon", "urgent"])
    def test_visit_is_told_with_its_date(self, urgency: str) -> None:
        shown = say(lesion_as_decided(WATCHED, LesionDecision("other", urgency)), signed=True)
        assert (shown.code, shown.banner, shown.date) == ("see_a_doctor", "see", DUE)

    def test_palm_sole_and_nail_are_rechecked_and_not_called_unsuspicious(self) -> None:
        decided = lesion_as_decided(spot(close_up("NEV"), site="sole"), LesionDecision("NEV", "short", reason="Seen with a dermoscope"))
        assert say(decided, signed=True).code == "skin_recheck"

    def test_watching_without_a_photo_means_being_seen(self) -> None:
        decided = lesion_as_decided(spot(site="genitals", age=15), LesionDecision("cannot_tell", "short"))
        assert say(decided, signed=True).code == "skin_in_person"

    def test_signature_over_an_emergency_says_what_is_next(self) -> None:
        decided = lesion_as_decided(spot(told=ALL_NO | {"q0a": True}), LesionDecision("other", "urgent", reason="Seen at once"))
        assert say(decided, signed=True).code == "see_a_doctor"


findings = st.builds(
    lambda lesion_class, outcome, in_scope, site, yes: spot(close_up(lesion_class, outcome, in_scope=in_scope), site=site, told=ALL_NO | yes),
    st.sampled_from(CLASSES),
    st.sampled_from(["graded", "retake", "refused", "failed", "unread", None]),
    st.booleans(),
    st.sampled_from(["back", "sole", "nose"]),
    st.dictionaries(st.sampled_from(["n1", "b1", "m1", "q0a"]), st.just(True)),
)


@unhurried
@given(findings, st.booleans())
def test_without_a_signature_and_without_leave_nobody_is_told_to_watch(finding: LesionFinding, release_unsigned: bool) -> None:
    shown = say(finding, release_unsigned=release_unsigned)
    assert shown.banner in ({"now", "blank", "see"} if release_unsigned else {"now", "blank"})
    assert shown.code in SENTENCES
