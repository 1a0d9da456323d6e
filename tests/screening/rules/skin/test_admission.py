"""Nobody under 18 is photographed on an intimate place; what the program may not read goes to a person."""

import pytest

from screening.rules.skin.admission import photo_admission, reading_admission
from screening.rules.skin.body_sites import BODY_SITES

INTIMATE = sorted(code for code, site in BODY_SITES.items() if site.special == "intimate")
OTHERS = sorted(code for code, site in BODY_SITES.items() if site.special != "intimate")


@pytest.mark.parametrize("site", INTIMATE)
@pytest.mark.parametrize("age", [0, 11, 17, None])
@pytest.mark.parametrize("consent", [True, False])
def test_intimate_place_of_a_minor_or_of_unknown_age_is_never_photographed(site: str, age: int | None, consent: bool) -> None:
    admission = photo_admission(site, age, consent)
    assert (admission.allowed, admission.reason, admission.intimate) == (False, "intimate_minor", True)


@pytest.mark.parametrize("site", INTIMATE)
def test_intimate_place_of_an_adult_needs_its_own_consent_and_stays_hidden(site: str) -> None:
    assert photo_admission(site, 18, False).reason == "intimate_consent_missing"
    assert not photo_admission(site, 18, False).allowed
    allowed = photo_admission(site, 18, True)
    assert (allowed.allowed, allowed.reason, allowed.intimate) == (True, None, True)


@pytest.mark.parametrize("site", OTHERS)
@pytest.mark.parametrize("age", [0, 17, 80, None])
def test_every_other_place_is_photographed_at_any_age(site: str, age: int | None) -> None:
    assert photo_admission(site, age, False).allowed


def test_eye_in_the_picture_is_hidden_like_an_intimate_one() -> None:
    assert photo_admission("eyelid", 40, False).intimate
    assert not photo_admission("nose", 40, False).intimate


@pytest.mark.parametrize(
    ("site", "age", "consent", "reason"),
    [
        ("back", 12, True, None),
        ("back", 11, True, "outside_age"),
        ("back", None, True, "age_unknown"),
        ("back", 40, False, "no_automatic_reading"),
        ("back", 11, False, "no_automatic_reading"),
        ("breast", 40, True, "intimate_site"),
        ("breast", 11, True, "outside_age"),
        ("sole", 40, True, None),
        ("fingernail", 40, True, None),
        ("mouth", 40, True, None),
    ],
)
def test_program_reads_from_twelve_with_consent_and_no_intimate_place(site: str, age: int | None, consent: bool, reason: str | None) -> None:
    admission = reading_admission(site, age, consent)
    assert (admission.read, admission.reason) == (reason is None, reason)


def test_diabetes_is_not_asked_for_a_spot() -> None:
    assert reading_admission("back", 40, True).mark is None


def test_place_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        photo_admission("tail", 40, True)
