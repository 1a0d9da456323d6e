"""Another finding adds a sentence and nothing else."""

from screening.rules.other_findings import other_change


def test_one_finding_on_one_photo_is_enough_and_none_says_nothing() -> None:
    assert other_change([[], ["cataract"]])
    assert not other_change([[], []])
    assert not other_change([])
