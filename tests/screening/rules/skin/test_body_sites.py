"""A place exists, has its side, and says whether a photo of it may ever reassure."""

import re

import pytest

from screening.rules.skin.body_sites import BODY_SITES, fault_of_site

# CLINICAL.md G: the regions of PAD-UFES-20 map one to one.
PAD_REGIONS = {"face", "forearm", "chest", "back", "upper_arm", "nose", "hand", "neck", "thigh", "ear", "abdomen", "lip", "scalp", "foot"}


def test_every_region_of_the_training_photos_is_a_place_with_a_code() -> None:
    assert all(BODY_SITES[region].snomed for region in PAD_REGIONS)


@pytest.mark.parametrize("code", ["palm", "sole", "fingernail", "toenail", "mouth", "breast", "genitals", "anus", "buttock"])
def test_palm_sole_nail_mucosa_and_intimate_places_never_reassure(code: str) -> None:
    assert not BODY_SITES[code].may_reassure


@pytest.mark.parametrize("code", sorted(PAD_REGIONS | {"eyelid", "lower_leg"}))
def test_ordinary_places_may(code: str) -> None:
    assert BODY_SITES[code].may_reassure


@pytest.mark.parametrize("site", BODY_SITES.values(), ids=lambda site: site.code)
def test_place_has_both_languages_a_known_kind_and_says_how_sure_its_code_is(site) -> None:  # type: ignore[no-untyped-def]
    assert re.search(r"[一-鿿]", site.name("zh-hans"))
    assert not re.search(r"[一-鿿]", site.name("en"))
    assert site.special in {"", "acral", "nail", "mucosa", "intimate", "face_risk"}
    assert site.part in {"head", "trunk", "arm", "leg", "private"}
    assert ("from memory" in site.status) == bool(site.snomed)


@pytest.mark.parametrize(
    ("code", "side", "fault"),
    [
        ("palm", "left", None),
        ("palm", "right", None),
        ("palm", "", "side_missing"),
        ("palm", "OD", "unknown_side"),
        ("back", "", None),
        ("back", "left", "side_not_expected"),
        ("tail", "", "unknown_site"),
        ("", "left", "unknown_site"),
    ],
)
def test_side_is_asked_for_where_there_are_two_and_nowhere_else(code: str, side: str, fault: str | None) -> None:
    assert fault_of_site(code, side) == fault
