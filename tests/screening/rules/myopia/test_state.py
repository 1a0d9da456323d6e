"""What a sitting says, at the exact boundaries."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from screening.rules.myopia.optics import Refraction
from screening.rules.myopia.sitting import EyeMeasures, Sitting
from screening.rules.myopia.state import ChildFinding, below_limit, child_finding
from screening.rules.myopia.tables import RECHECKS

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def eye(
    sphere: str | None = "1.00", cylinder: str = "0", *, acuity: str | None = "5.0", drops: bool = False, length: str | None = None
) -> EyeMeasures:
    return EyeMeasures(
        acuity=Decimal(acuity),
        refraction=Refraction(Decimal(sphere), Decimal(cylinder), 180) if sphere is not None else None,
        cycloplegic=drops,
        refractor="autorefractor",
        axial_length=Decimal(length) if length else None,
        biometer="optical" if length else "",
    )


def sitting(right: EyeMeasures, left: EyeMeasures | None = None, *, age: int = 9, treatment: str = "", at: datetime = NOW) -> Sitting:
    return Sitting(at, age, right, left if left is not None else right, treatment)


def found(right: EyeMeasures, left: EyeMeasures | None = None, *, age: int = 9, treatment: str = "") -> ChildFinding:
    return child_finding(sitting(right, left, age=age, treatment=treatment))


class TestLabels:
    @pytest.mark.parametrize(
        ("equivalent", "label"),
        [
            ("-6.00", "suspected_high_myopia"),
            ("-5.99", "suspected_myopia"),
            ("-0.50", "suspected_myopia"),
            ("-0.49", "suspected_premyopia"),
            ("0.75", "suspected_premyopia"),
            ("0.76", "normal_uncycloplegic"),
        ],
    )
    def test_without_drops_every_label_is_a_suspicion_at_the_exact_boundary(self, equivalent: str, label: str) -> None:
        assert found(eye(equivalent)).worst == label

    @pytest.mark.parametrize(
        ("equivalent", "age", "label"),
        [
            ("-6.00", 9, "high_myopia"),
            ("-0.50", 9, "myopia"),
            ("-0.49", 9, "premyopia"),
            ("0.75", 9, "premyopia"),
            ("1.10", 9, "low_reserve"),
            ("1.11", 9, "reserve_adequate"),
            ("2.04", 5, "low_reserve"),
            ("2.05", 5, "reserve_adequate"),
            ("0.76", 13, "not_myopic"),
            ("2.00", 4, "not_myopic"),
        ],
    )
    def test_with_drops_the_reserve_is_that_of_the_age_and_nowhere_extrapolated(self, equivalent: str, age: int, label: str) -> None:
        assert found(eye(equivalent, drops=True), age=age).worst == label

    def test_reserve_is_not_computed_without_drops(self) -> None:
        assert found(eye("0.90")).rows == ("normal_uncycloplegic",)

    def test_half_the_cylinder_counts(self) -> None:
        assert found(eye("-0.25", "-0.50")).worst == "suspected_myopia"

    def test_child_is_as_her_worse_eye(self) -> None:
        finding = found(eye("1.00"), eye("-0.75"))
        assert (finding.labels, finding.worst) == (("normal_uncycloplegic", "suspected_myopia"), "suspected_myopia")
        assert "normal_uncycloplegic" not in finding.rows

    def test_ortho_k_is_treated_and_not_classified(self) -> None:
        finding = found(eye("0.00"), treatment="ortho_k")
        assert (finding.labels, finding.rows) == (("treated", "treated"), ("ortho_k",))


class TestRows:
    def test_calm_sitting_has_the_calm_row_and_refers_nobody(self) -> None:
        finding = found(eye("1.00"))
        assert (finding.rows, finding.referring, finding.incomplete) == (("normal_uncycloplegic",), (), False)

    def test_suspected_myopia_refers(self) -> None:
        assert found(eye("-1.00", acuity="4.8")).referring == ("suspected_myopia",)

    def test_low_acuity_that_the_refraction_does_not_explain_refers_sooner(self) -> None:
        finding = found(eye("1.00", acuity="4.9"))
        assert (finding.rows, finding.referring) == (("reduced_acuity_unexplained",), ("reduced_acuity_unexplained",))

    def test_low_acuity_with_own_glasses_is_not_explained_by_what_they_correct(self) -> None:
        glasses = EyeMeasures(acuity_corrected=Decimal("4.8"), refraction=Refraction(Decimal(-2), Decimal(0), None))
        assert "reduced_acuity_unexplained" in found(glasses).referring

    @pytest.mark.parametrize(
        ("age", "acuity", "below"),
        [
            (2, "3.0", False),
            (3, "4.7", True),
            (3, "4.8", False),
            (4, "4.8", True),
            (6, "4.8", True),
            (6, "4.9", False),
            (7, "4.9", True),
            (7, "4.96", True),
            (17, "5.0", False),
        ],
    )
    def test_acuity_limit_is_that_of_the_age(self, age: int, acuity: str, below: bool) -> None:
        assert below_limit(Decimal(acuity), age) is below

    @pytest.mark.parametrize(("age", "cylinder", "flagged"), [(5, "-1.25", False), (5, "-1.50", True), (6, "-0.75", False), (6, "-1.00", True)])
    def test_astigmatism_counts_by_size_and_age(self, age: int, cylinder: str, flagged: bool) -> None:
        assert ("astigmatism" in found(eye("2.50", cylinder), age=age).rows) is flagged

    @pytest.mark.parametrize(("left", "flagged"), [("2.00", True), ("1.99", False)])
    def test_anisometropia_from_one_dioptre(self, left: str, flagged: bool) -> None:
        assert ("anisometropia" in found(eye("1.00"), eye(left)).rows) is flagged

    @pytest.mark.parametrize(
        ("age", "equivalent", "drops", "flagged"),
        [(5, "3.49", True, False), (5, "3.50", True, True), (6, "2.50", True, True), (6, "2.49", True, False), (6, "5.00", False, False)],
    )
    def test_hyperopia_only_with_drops(self, age: int, equivalent: str, drops: bool, flagged: bool) -> None:
        assert ("hyperopia" in found(eye(equivalent, drops=drops), age=age).rows) is flagged

    def test_under_six_any_flag_is_one_more_row(self) -> None:
        assert "under_six_flagged" in found(eye("1.00"), eye("2.50"), age=5).referring
        assert "under_six_flagged" not in found(eye("1.00"), eye("2.50"), age=6).rows

    @pytest.mark.parametrize(("length", "flagged"), [("25.99", False), ("26.00", True)])
    def test_long_eye_is_high_myopia_whatever_the_refraction(self, length: str, flagged: bool) -> None:
        assert ("high_myopia" in found(eye("1.00", length=length)).referring) is flagged

    def test_high_myopia_without_drops_is_referred_within_the_days_of_a_suspicion(self) -> None:
        finding = found(eye("-6.00", acuity="4.0"))
        assert finding.rows[0] == "suspected_myopia"
        assert set(finding.referring) == {"suspected_myopia", "high_myopia"}

    def test_control_lenses_keep_the_label_and_take_their_own_row(self) -> None:
        finding = found(eye("-2.00", acuity="4.5"), treatment="defocus_spectacles")
        assert (finding.worst, finding.on_treatment, finding.rows) == ("suspected_myopia", True, ("defocus_spectacles",))

    def test_rows_come_with_the_nearest_first(self) -> None:
        rows = found(eye("-1.00", "-1.00", acuity="4.8"), eye("1.00"), treatment="atropine").rows
        assert [RECHECKS[row].days for row in rows] == sorted(RECHECKS[row].days for row in rows)


class TestIncomplete:
    def test_eye_that_was_not_measured_is_never_normal(self) -> None:
        finding = found(eye("1.00"), EyeMeasures())
        assert (finding.incomplete, finding.rows, finding.referring) == (True, ("not_measurable",), ())

    def test_one_eye_that_needs_a_doctor_is_not_masked_by_the_other(self) -> None:
        finding = found(eye("-1.00", acuity="4.8"), EyeMeasures())
        assert set(finding.rows) == {"not_measurable", "suspected_myopia"}
        assert finding.referring == ("suspected_myopia",)

    def test_second_failure_in_a_row_refers(self) -> None:
        failed = sitting(eye(None), at=NOW - timedelta(days=30))
        assert child_finding(sitting(eye(None)), [failed]).referring == ("not_measurable",)

    def test_failure_after_a_success_is_tried_again(self) -> None:
        earlier = [sitting(eye(None), at=NOW - timedelta(days=60)), sitting(eye(), at=NOW - timedelta(days=30))]
        assert child_finding(sitting(eye(None)), earlier).referring == ()


class TestProgression:
    def later(self, days: int, before: EyeMeasures, now: EyeMeasures, *, treatment: str = "") -> bool:
        earlier = [sitting(before, at=NOW - timedelta(days=days), treatment=treatment)]
        return "fast_progression" in child_finding(sitting(now, treatment=treatment), earlier).rows

    def test_three_quarters_of_a_dioptre_in_a_year(self) -> None:
        assert self.later(365, eye("-1.00"), eye("-1.76"))
        assert not self.later(365, eye("-1.00"), eye("-1.74"))

    def test_nothing_is_said_under_180_days(self) -> None:
        assert not self.later(179, eye("-1.00"), eye("-2.50"))
        assert self.later(180, eye("-1.00"), eye("-2.50"))

    def test_change_within_what_a_device_repeats_is_none(self) -> None:
        assert not self.later(180, eye("-1.00"), eye("-1.49"))

    def test_with_and_without_drops_are_not_compared(self) -> None:
        assert not self.later(365, eye("-1.00", drops=True), eye("-3.00"))

    def test_axial_length_by_millimetres_a_year(self) -> None:
        assert self.later(366, eye(length="23.00"), eye(length="23.37"))
        assert not self.later(366, eye(length="23.00"), eye(length="23.35"))

    def test_refraction_under_ortho_k_is_not_compared(self) -> None:
        assert not self.later(365, eye("0.00"), eye("-2.00"), treatment="ortho_k")
