"""One encounter's photos become an eye and a person: worst eye, never normal when unreadable, never lowered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.diabetic_retinopathy import EyeFinding, PhotoFinding, eye_finding, person_finding
from screening.rules.protocol_rows import PROTOCOL, URGENCIES, most_urgent, urgency_rank
from screening.rules.skin.protocol import SKIN_PROTOCOL
from tests.rule_cases import NOW, THRESHOLD, eye, person, photo, unhurried

outcomes = st.sampled_from(["graded", "retake", "refused", "failed", "unread", None])


@st.composite
def photos_of_one_eye(draw: st.DrawFn, laterality: str = "OD", min_size: int = 0) -> list[PhotoFinding]:
    count = draw(st.integers(min_size, 5))
    return [
        photo(
            laterality,
            draw(outcomes),
            draw(st.integers(0, 4)),
            p=draw(st.none() | st.floats(0, 1)),
            at=NOW + timedelta(minutes=draw(st.integers(0, 500))),
            photo_id=str(number),
        )
        for number in range(count)
    ]


@st.composite
def eyes(draw: st.DrawFn, laterality: str) -> EyeFinding:
    state = draw(st.sampled_from(["graded", "ungradable", "missing", "unread", "pending"]))
    return eye(laterality, state, draw(st.integers(0, 4)), retakes=draw(st.integers(0, 4)), suspected=draw(st.booleans()))


def find(*photos: PhotoFinding, **more: object) -> EyeFinding:
    return eye_finding("OD", photos, referable_threshold=THRESHOLD, **more)  # type: ignore[arg-type]


class TestEye:
    def test_worst_of_the_gradable_photos_is_the_eye(self) -> None:
        assert find(photo(grade=1), photo(grade=3), photo(outcome="retake"), photo("OS", grade=4)).grade == 3

    def test_eye_is_ungradable_only_if_no_photo_is_gradable(self) -> None:
        assert find(photo(outcome="retake")).state == "ungradable"
        assert find(photo(outcome="retake"), photo(grade=0)).state == "graded"

    @pytest.mark.parametrize("outcome", ["refused", "failed"])
    def test_refused_and_failed_photos_leave_the_eye_missing_and_are_no_retake(self, outcome: str) -> None:
        seen = find(photo(outcome=outcome))
        assert (seen.state, seen.grade, seen.retakes) == ("missing", None, 0)

    def test_unread_eye_is_for_a_clinician_even_beside_an_unreadable_photo(self) -> None:
        assert find(photo(outcome="unread"), photo(outcome="retake")).state == "unread"

    def test_queued_photo_is_pending_not_missing(self) -> None:
        assert find(photo(outcome=None), photo(outcome="refused")).state == "pending"

    def test_eye_without_photos_is_missing(self) -> None:
        assert find(photo("OS")).state == "missing"

    def test_retakes_count_since_the_last_gradable_photo(self) -> None:
        row = [photo(outcome=outcome, at=NOW + timedelta(minutes=minute)) for minute, outcome in enumerate(["retake", "retake", "graded", "retake"])]
        assert find(*row).retakes == 1
        assert find(*row[:2]).retakes == 2

    def test_order_of_acceptance_counts_not_order_of_the_list(self) -> None:
        late, early = photo(outcome="retake", at=NOW + timedelta(hours=1)), photo(grade=0)
        assert find(late, early).retakes == find(early, late).retakes == 1

    @pytest.mark.parametrize(("p", "suspected"), [(None, False), (0.4999, False), (0.5, True), (1.0, True)])
    def test_suspicion_on_an_unreadable_photo_starts_exactly_at_the_threshold(self, p: float | None, suspected: bool) -> None:
        assert find(photo(outcome="retake", p=p)).suspected_referable is suspected

    def test_grade_that_says_referable_already_needs_no_suspicion(self) -> None:
        assert not find(photo(grade=2, p=0.9)).suspected_referable
        assert find(photo(grade=1, p=0.9)).suspected_referable

    def test_later_photo_may_raise_but_not_lower_what_a_clinician_signed(self) -> None:
        assert find(photo(grade=0), signed_grade=3).grade == 3
        assert find(photo(grade=4), signed_grade=3).grade == 4
        assert find(photo(outcome="retake"), signed_grade=0).state == "graded"

    @unhurried
    @given(photos_of_one_eye(min_size=1), photos_of_one_eye(min_size=1))
    def test_another_photo_never_lowers_a_grade(self, first: list[PhotoFinding], second: list[PhotoFinding]) -> None:
        before, after = find(*first), find(*first, *second)
        if before.grade is not None:
            assert after.grade is not None
            assert after.grade >= before.grade

    @unhurried
    @given(photos_of_one_eye())
    def test_only_a_graded_photo_gives_a_grade(self, photos: list[PhotoFinding]) -> None:
        seen = find(*photos)
        assert (seen.grade is not None) == any(one.outcome == "graded" for one in photos)
        assert seen.photo_ids == tuple(one.photo_id for one in sorted(photos, key=lambda one: (one.accepted_at, one.photo_id)))


class TestPerson:
    @pytest.mark.parametrize(
        ("grade", "urgency", "row", "referable"),
        [
            (0, "routine", "no_dr", False),
            (1, "short", "mild", False),
            (2, "refer", "moderate", True),
            (3, "refer_soon", "severe", True),
            (4, "urgent", "pdr", True),
        ],
    )
    @pytest.mark.parametrize("other", [0, None])
    def test_worst_eye_decides(self, grade: int, urgency: str, row: str, referable: bool, other: int | None) -> None:
        seen = person(grade, 0 if other == 0 else grade)
        assert (seen.urgency, seen.row_ids, seen.referable, seen.worst_grade) == (urgency, (row,), referable, grade)

    @pytest.mark.parametrize(
        ("state", "retakes", "urgency", "row"),
        [
            ("ungradable", 1, "retake", "ungradable"),
            ("ungradable", 2, "retake", "ungradable"),
            ("ungradable", 3, "refer_soon", "ungradable_after_retakes"),
            ("missing", 0, "incomplete", "eye_missing"),
        ],
    )
    def test_eye_without_a_grade_is_never_normal(self, state: str, retakes: int, urgency: str, row: str) -> None:
        seen = person(0, eye("OS", state, retakes=retakes))
        assert (seen.urgency, seen.row_ids, seen.incomplete) == (urgency, (row,), True)

    @pytest.mark.parametrize("state", ["ungradable", "missing", "unread", "pending"])
    def test_referable_eye_is_never_masked_by_the_other(self, state: str) -> None:
        seen = person(2, state)
        assert seen.referable
        assert seen.incomplete
        assert "moderate" in seen.row_ids
        assert urgency_rank(seen.urgency) >= urgency_rank("refer")

    @pytest.mark.parametrize("state", ["unread", "pending"])
    def test_two_eyes_without_an_answer_are_incomplete_without_a_row(self, state: str) -> None:
        seen = person(state, state)
        assert (seen.urgency, seen.row_ids, seen.worst_grade, seen.referable) == ("incomplete", (), None, False)

    def test_same_gap_in_both_eyes_is_one_row(self) -> None:
        assert person("missing", "missing").row_ids == ("eye_missing",)

    def test_mild_eye_beside_a_missing_one_gives_no_routine_row(self) -> None:
        assert person(1, "missing").row_ids == ("eye_missing",)

    def test_symptom_beats_any_photo(self) -> None:
        assert person(0, 0, symptom=True).urgency == "same_day"
        assert person("missing", "missing", symptom=True).urgency == "same_day"

    def test_symptom_with_proliferative_disease_has_its_own_row(self) -> None:
        assert person(4, 0, symptom=True).row_ids == ("pdr_new_symptom", "pdr")
        assert person(3, 0, symptom=True).row_ids == ("severe",)

    @pytest.mark.parametrize("symptom", [None, False])
    def test_symptom_not_asked_raises_nothing_and_stays_not_asked(self, symptom: bool | None) -> None:
        seen = person(0, 0, symptom=symptom)
        assert (seen.urgency, seen.symptom) == ("routine", symptom)

    @pytest.mark.parametrize(("place", "urgency", "row"), [("centre", "refer_soon", "dme_centre"), ("off_centre", "refer", "dme_off_centre")])
    def test_oedema_a_clinician_suspects_is_referable_at_any_grade(self, place: str, urgency: str, row: str) -> None:
        seen = person(0, 1, dme=place)
        assert (seen.urgency, seen.row_ids, seen.referable, seen.dme) == (urgency, (row,), True, "suspected")

    def test_oedema_is_otherwise_not_assessed_never_excluded(self) -> None:
        assert person(0, 0).dme == "not_assessed"

    def test_oedema_stands_beside_a_worse_grade(self) -> None:
        assert person(4, 0, dme="centre").row_ids == ("pdr", "dme_centre")

    @pytest.mark.parametrize("status", ["prosthesis", "no_light_perception"])
    def test_one_eye_carries_the_decision_only_where_the_other_cannot_see(self, status: str) -> None:
        seen = person_finding(eye("OD"), eye("OS", "missing"), symptom=None, eye_status={"OS": status})
        assert (seen.left.state, seen.urgency, seen.incomplete) == ("exempt", "routine", False)
        assert person_finding(eye("OD"), eye("OS", "missing"), symptom=None, eye_status={"OS": "seeing"}).incomplete

    def test_grade_of_an_eye_without_sight_still_counts(self) -> None:
        assert person_finding(eye("OD"), eye("OS", grade=4), symptom=None, eye_status={"OS": "prosthesis"}).urgency == "urgent"

    def test_nobody_is_complete_with_no_seeing_eye(self) -> None:
        blind = {"OD": "prosthesis", "OS": "no_light_perception"}
        assert person_finding(eye("OD", "missing"), eye("OS", "missing"), symptom=None, eye_status=blind).incomplete

    def test_suspicion_on_an_unreadable_photo_raises_the_person(self) -> None:
        seen = person(0, eye("OS", "ungradable", suspected=True))
        assert (seen.urgency, seen.suspected_referable_ungradable, seen.referable) == ("refer", True, False)

    @unhurried
    @given(eyes("OD"), eyes("OS"), st.sampled_from([True, False, None]), st.sampled_from([None, "centre", "off_centre"]))
    def test_no_eye_without_a_grade_ever_gives_a_calm_person(
        self, right: EyeFinding, left: EyeFinding, symptom: bool | None, dme: str | None
    ) -> None:
        seen = person_finding(right, left, symptom=symptom, clinician_dme=dme)
        if right.grade is None or left.grade is None:
            assert seen.incomplete
            assert urgency_rank(seen.urgency) >= urgency_rank("incomplete")
            assert not {"no_dr", "mild"} & set(seen.row_ids)

    @unhurried
    @given(eyes("OD"), eyes("OS"), st.sampled_from([True, False, None]), st.integers(0, 4))
    def test_worse_grade_symptom_oedema_and_suspicion_only_raise(self, right: EyeFinding, left: EyeFinding, symptom: bool | None, more: int) -> None:
        before = urgency_rank(person_finding(right, left, symptom=symptom).urgency)
        worse = replace(right, state="graded", grade=min(4, right.grade + more)) if right.grade is not None else right
        for raised in (
            person_finding(worse, left, symptom=symptom),
            person_finding(right, left, symptom=True),
            person_finding(right, left, symptom=symptom, clinician_dme="centre"),
            person_finding(right, replace(left, suspected_referable=True), symptom=symptom),
        ):
            assert urgency_rank(raised.urgency) >= before

    @unhurried
    @given(eyes("OD"), eyes("OS"))
    def test_urgency_is_at_least_that_of_each_of_its_rows(self, right: EyeFinding, left: EyeFinding) -> None:
        seen = person_finding(right, left, symptom=False)
        assert all(urgency_rank(seen.urgency) >= urgency_rank(PROTOCOL[row].urgency) for row in seen.row_ids)
        assert list(seen.row_ids) == sorted(seen.row_ids, key=lambda row: -urgency_rank(PROTOCOL[row].urgency))


class TestImpossible:
    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"laterality": "OU"}, "OD or OS"),
            ({"outcome": "normal"}, "unknown outcome"),
            ({"grade": None}, "does not go with"),
            ({"grade": 5}, "does not go with"),
            ({"grade": -1}, "does not go with"),
            ({"outcome": "retake"}, "does not go with"),
            ({"p_referable": 1.01}, "between 0 and 1"),
            ({"p_referable": float("nan")}, "between 0 and 1"),
            ({"accepted_at": NOW.replace(tzinfo=None)}, "zone"),
            ({"taken_at": NOW.replace(tzinfo=None)}, "zone"),
        ],
    )
    def test_impossible_reading_reaches_no_decision(self, wrong: dict[str, object], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            replace(photo(grade=0, p=0.1), **wrong)  # type: ignore[arg-type]

    @pytest.mark.parametrize("wrong", [{"laterality": "right"}, {"state": "normal"}, {"grade": None}, {"state": "missing"}])
    def test_impossible_eye_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"unknown eye|does not go with"):
            replace(eye("OD"), **wrong)  # type: ignore[arg-type]

    def test_eyes_cannot_be_swapped_by_the_order_of_arguments(self) -> None:
        with pytest.raises(ValueError, match="right eye is OD"):
            person_finding(eye("OS"), eye("OD"), symptom=None)

    def test_unknown_place_of_oedema_is_refused(self) -> None:
        with pytest.raises(ValueError, match="macular oedema"):
            person(0, 0, dme="none")

    def test_unknown_eye_status_is_refused(self) -> None:
        with pytest.raises(ValueError, match="eye status"):
            person_finding(eye("OD"), eye("OS"), symptom=None, eye_status={"OS": "lazy"})


class TestTable:
    def test_every_urgency_of_the_tables_has_a_rank(self) -> None:
        assert {row.urgency for row in [*PROTOCOL.values(), *SKIN_PROTOCOL.values()]} == set(URGENCIES)

    def test_unknown_urgency_has_none(self) -> None:
        with pytest.raises(ValueError, match="not in tuple"):
            urgency_rank("normal")

    def test_most_urgent_wins_in_any_order(self) -> None:
        assert most_urgent("routine", "urgent", "refer") == most_urgent("refer", "routine", "urgent") == "urgent"

    def test_empty_region_cells_mean_the_default(self) -> None:
        assert "cn_2021" not in PROTOCOL["mild"].region_days
        assert PROTOCOL["mild"].region_days["ico_high"] == 180

    def test_every_row_says_that_a_clinician_has_yet_to_sign_it(self) -> None:
        assert all("clinician to sign" in row.status for row in PROTOCOL.values())
