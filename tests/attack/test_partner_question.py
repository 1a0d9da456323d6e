"""A partner who means harm: twenty spellings, repetition, halves and complements, refusals (RWD.md section 7, tests 2, 3, 9 and 1 in small).

The attacker knows every row but the target's and wants to know whether she is in one cell; each attack runs against an exact
gateway too, which must fall, or the attack is blind. Accuracy over fair coins may reach 1/2 + sqrt(rho/2)/2 and no more; chance is
bounded by its lower 99.9 % limit.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import Any

import pytest

from core import clock
from partners.models import Agreement, Answer, Snapshot, SnapshotPerson
from partners.noise import noisy
from partners.presenters import told
from partners.pseudonyms import nobodys_pseudonym
from partners.rules.grid import GRADES, grid_of
from partners.rules.privacy import COST, SHOWN_FROM, SIGMA, is_too_small, shown
from partners.rules.query import parse
from partners.services.agreements import add_agreement
from partners.services.answering import answer_due
from partners.services.asking import ask
from partners.services.snapshots import build_snapshot

TRIALS = 4000
BASE = 3600
CELL = 100


def bound(rho_micro: int) -> float:
    return 0.5 + sqrt(rho_micro / 1e6 / 2) / 2


def lower_limit(hits: int, trials: int = TRIALS) -> float:
    """Lower 99.9 % limit of a share (Wilson)."""
    z, share = 3.09, hits / trials
    middle = share + z * z / (2 * trials)
    return (middle - z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))) / (1 + z * z / trials)


def attack(release: Callable[[list[int]], Sequence[float]], guess: Callable[[Sequence[float]], bool]) -> int:
    """How often the guess is right, over as many coins: the target is in the cell of CELL others, or not."""
    # All coins in one draw: the mechanism is a vector of independent cells.
    coins = [trial % 2 for trial in range(TRIALS)]
    released = release([CELL + coin for coin in coins])
    return sum(guess([value]) == bool(coin) for value, coin in zip(released, coins, strict=True))


def exact(counts: list[int]) -> list[int]:
    return counts


def is_above_the_middle(values: Sequence[float]) -> bool:
    return sum(values) / len(values) > CELL + 0.5


def test_one_answer_tells_no_more_than_its_price() -> None:
    assert attack(exact, is_above_the_middle) == TRIALS, "the control leaks"
    assert lower_limit(attack(noisy, is_above_the_middle)) <= bound(COST)


def test_a_fifth_of_the_noise_would_be_caught() -> None:
    """The mutant, a gateway that spends twenty-five times what it charges, fails the test above."""

    def quieter(counts: list[int]) -> list[float]:
        return [count + (drawn - count) / 5 for count, drawn in zip(counts, noisy(counts), strict=True)]

    assert lower_limit(attack(quieter, is_above_the_middle)) > bound(COST)


def test_halves_and_complements_cost_two_answers_and_tell_no_more_than_two() -> None:
    """Q(all) - Q(all but the target's cell): the difference carries both noises, and both are charged."""

    def difference(counts: list[int]) -> list[int]:
        whole, rest = noisy([BASE + count for count in counts]), noisy([BASE] * len(counts))
        return [a - b for a, b in zip(whole, rest, strict=True)]

    assert attack(lambda counts: [BASE + count - BASE for count in counts], is_above_the_middle) == TRIALS
    assert lower_limit(attack(difference, is_above_the_middle)) <= bound(2 * COST)


def test_averaging_fresh_noise_would_leak_and_stored_answers_do_not() -> None:
    """The control draws anew for each of 400 repetitions: the noise averages out. Ours has one answer to average."""
    few = 200
    coins = [place % 2 for place in range(few)]

    def guesses(draws: int) -> int:
        drawn = [noisy([CELL + coin for coin in coins]) for _ in range(draws)]
        return sum(is_above_the_middle([draw[place] for draw in drawn]) == bool(coin) for place, coin in enumerate(coins))

    assert guesses(400) / few > 0.7
    assert lower_limit(guesses(1), few) <= bound(COST)


def test_refusals_and_hidden_cells_are_decided_on_noise_alone() -> None:
    """Worlds that differ in one person, with the truth at the very edge: what is shown or refused depends on the drawn values only."""
    edge = SHOWN_FROM - 1
    coins = [trial % 2 for trial in range(TRIALS)]
    control = [edge + coin >= SHOWN_FROM for coin in coins]
    assert sum(seen == bool(coin) for seen, coin in zip(control, coins, strict=True)) == TRIALS
    ours = [cell.persons is not None for cell in shown(noisy([edge + coin for coin in coins]))]
    hits = sum(seen == bool(coin) for seen, coin in zip(ours, coins, strict=True))
    assert lower_limit(max(hits, TRIALS - hits)) <= bound(COST)
    drawn = noisy([2999] * 200)
    assert {is_too_small([value]) for value in drawn} == {True, False}, "a total at the floor falls on either side"


def spellings() -> Iterator[dict[str, Any]]:
    """Twenty ways to say: persons of grades 0 and 1, by index year and grade."""
    years = list(grid_of(clock.now().year).index_years)
    for by in (["index_year", "latest_grade"], ["latest_grade", "index_year"], ["index_year", "latest_grade", "index_year"]):
        for grades in ([0, 1], [1, 0], [0, 0, 1], [1, 1, 0, 0]):
            yield {"by": by, "where": {"latest_grade": grades}}
            yield {"where": {"index_year": years[::-1], "latest_grade": grades}, "by": by, "measure": "persons"}


@pytest.fixture
def world(db: None) -> tuple[Agreement, Snapshot]:
    now = clock.now()
    snapshot = build_snapshot()
    year = snapshot.last_year
    SnapshotPerson.objects.bulk_create(
        SnapshotPerson(snapshot=snapshot, pseudonym=nobodys_pseudonym(), index_year=year - place % 5, latest_grade=place % 3) for place in range(6000)
    )
    agreement = add_agreement(partner="Curious", purpose="attack", starts_at=now, ends_at=now.replace(year=now.year + 1), networks=["127.0.0.1"])
    return agreement, snapshot


def test_twenty_spellings_and_their_repetition_are_one_answer_and_one_charge(world: tuple[Agreement, Snapshot], settings: Any) -> None:
    agreement, _snapshot = world
    asked = [ask(agreement=agreement, question=question, asked_by=agreement.pk) for question in itertools.chain(spellings(), spellings())]
    assert len(asked) >= 40
    answer_due()
    settings.CLOCK_SHIFT_SECONDS += 20
    answers = {repr(found.cells) for row in asked if (found := told(type(row).objects.get(pk=row.pk))) and found.cells}
    assert len(answers) == 1
    assert Answer.objects.count() == 1
    agreement.refresh_from_db()
    assert agreement.spent == COST
    text_keys = {repr(question) for question in spellings()}
    assert len(text_keys) >= 20, "the control, keyed on the text, would have drawn anew for each"


def test_halves_are_new_questions_and_the_cap_ends_them(world: tuple[Agreement, Snapshot]) -> None:
    agreement, _snapshot = world
    Agreement.objects.filter(pk=agreement.pk).update(cap=5 * COST)
    for size in (1, 2, 3):
        for grades in itertools.combinations(GRADES[:3], size):
            ask(agreement=agreement, question={"where": {"latest_grade": list(grades)}}, asked_by=agreement.pk)
    answer_due()
    agreement.refresh_from_db()
    assert agreement.spent == 5 * COST
    assert Answer.objects.count() == 5


def test_parts_and_complements_do_not_add_up_to_the_whole(world: tuple[Agreement, Snapshot]) -> None:
    """Exact counts would, three times of three: the control's fingerprint."""
    agreement, snapshot = world
    splits = [([0], [1, 2, 3, 4, 5]), ([1], [0, 2, 3, 4, 5]), ([0, 1, 3], [2, 4, 5])]
    whole: dict[str, Any] = {}
    for question in (whole, *({"where": {"latest_grade": part}} for split in splits for part in split)):
        ask(agreement=agreement, question=question, asked_by=agreement.pk)
    answer_due()
    grid = grid_of(snapshot.last_year)
    values = {row.query: sum(row.noisy) for row in Answer.objects.all()}
    total = values[parse(whole, grid).canonical]
    sums = [sum(values[parse({"where": {"latest_grade": part}}, grid).canonical] for part in split) for split in splits]
    assert abs(total - 6000) < 7 * SIGMA
    assert all(abs(found - total) < 7 * SIGMA * sqrt(3) for found in sums)
    assert any(found != total for found in sums)
