"""What the skin network sees while it learns, and what is frozen from its answers. Imports torch."""

import math
from pathlib import Path

import numpy as np
import pytest

from screening.classifiers.skin import class_probabilities
from screening.classifiers.skin_heads import CLASSES, HEADS, IN_SCOPE, KINDS, SUSPICIOUS, SUSPICIOUS_CLASSES
from screening.training.skin.photos import NAN, OTHER, SKIN, UNKNOWN, LesionPhoto

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]


def lesion(source: str, name: str | None, split: str = "train", **changes: object) -> LesionPhoto:
    fields = {
        "path": Path("x"),
        "patient": "p",
        "source": source,
        "split": split,
        "lesion_class": CLASSES.index(name) if name else UNKNOWN,
        "suspicious": float(name in SUSPICIOUS_CLASSES) if name else NAN,
        "in_scope": float(name is not None),
        "kind": SKIN,
    }
    return LesionPhoto(**(fields | changes))  # type: ignore[arg-type]


def test_each_set_gets_its_share_and_what_is_held_back_gets_none() -> None:
    from screening.training.skin.finetune import SOURCE_SHARES, sampling_weights

    weights = sampling_weights(
        [lesion("pad-ufes", "BCC")] * 9 + [lesion("pad-ufes", "MEL"), lesion("milk10k", "NEV"), lesion("milk10k", "NEV", "val")]
    )
    assert math.isclose(sum(weights[:10]), SOURCE_SHARES["pad-ufes"])
    assert math.isclose(weights[10], SOURCE_SHARES["milk10k"])
    assert weights[11] == 0
    assert weights[9] == pytest.approx(3 * weights[0])


def test_the_loss_knows_how_common_a_class_is_within_its_set() -> None:
    from screening.training.skin.finetune import Targets, sampling_weights

    photos = [lesion("pad-ufes", "ACK")] * 9 + [lesion("pad-ufes", "NEV"), lesion("milk10k", "MEL"), lesion("milk10k", "NEV")]
    targets = Targets.of(photos, sampling_weights(photos))
    # Drawn by the root of the number: 3 to 1.
    assert targets.class_offsets[0][CLASSES.index("ACK")].exp() == pytest.approx(0.75, abs=1e-4)
    assert targets.suspicious_offset[0] == pytest.approx(math.log(3), abs=1e-4)
    assert targets.suspicious_offset[10] == pytest.approx(0, abs=1e-4)


def test_labels_that_are_not_given_teach_nothing() -> None:
    import torch

    from screening.training.skin.finetune import Targets, _loss

    logits = torch.zeros((2, len(HEADS)), requires_grad=True)
    photos = [lesion("wrongkind", None, kind=OTHER, in_scope=NAN), lesion("milk10k", "MEL"), lesion("milk10k", "NEV")]
    _loss(logits, Targets.of(photos, [0.4, 0.3, 0.3]), torch.tensor([0, 1])).backward()
    assert logits.grad is not None
    assert logits.grad[0, : KINDS.start].abs().sum() == 0
    assert (logits.grad[0, KINDS] != 0).all()
    assert logits.grad[1, CLASSES.index("MEL")] < 0


def test_augmented_photos_keep_their_shape_and_range() -> None:
    import torch

    from screening.training.skin.augment import augment

    torch.manual_seed(0)
    squares = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (8, 96, 96, 3), dtype=np.uint8))
    pixels = augment(squares, torch.zeros(len(squares), dtype=torch.bool), 64)
    assert pixels.shape == (8, 64, 64, 3)
    assert float(pixels.min()) >= 0
    assert float(pixels.max()) <= 255


def test_a_drawn_pen_ring_covers_a_part_of_every_chosen_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from screening.training.skin import augment

    monkeypatch.setattr(augment, "_PEN_SHARE", 1.0)
    torch.manual_seed(0)
    ringed = augment._pen_ring(torch.full((8, 3, 64, 64), 200.0))
    touched = (ringed != 200).any(dim=1).float().mean(dim=(1, 2))
    assert bool((touched > 0).all())
    assert bool((touched < 0.4).all())


def answers(rng: np.random.Generator) -> tuple[list[LesionPhoto], np.ndarray]:
    """Validation photos of both sets and of other conditions, with logits that know a good deal."""
    photos, rows = [], []
    for number in range(900):
        source = "pad-ufes" if number % 3 == 0 else "milk10k"
        name = CLASSES[int(rng.integers(6))] if number % 5 else None
        row = rng.normal(0, 1, len(HEADS))
        if name:
            row[CLASSES.index(name)] += 3
            row[SUSPICIOUS] += 2.5 if name in SUSPICIOUS_CLASSES else -2.5
        row[IN_SCOPE] += 3 if name else -1
        row[KINDS.start] += 6
        photos.append(lesion(source, name, "val", patient=str(number // 2)))
        rows.append(row)
    return photos, np.array(rows, np.float32)


def test_the_released_threshold_finds_the_wanted_share_of_suspicious_spots_in_each_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.training.skin import release

    monkeypatch.setattr(release, "_RESAMPLES", 8)
    photos, logits = answers(np.random.default_rng(0))
    frozen = release.freeze(photos, logits)
    for source in ("pad-ufes", "milk10k"):
        chosen = [row for row, photo in enumerate(photos) if photo.source == source and photo.suspicious == 1]
        called = [frozen.calibration["suspicious"].probability(float(logits[row, SUSPICIOUS])) >= frozen.thresholds["suspicious"] for row in chosen]
        assert np.mean(called) >= 0.95


def test_at_most_a_tenth_of_other_conditions_is_called_one_of_the_six(monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.training.skin import release

    monkeypatch.setattr(release, "_RESAMPLES", 8)
    photos, logits = answers(np.random.default_rng(1))
    frozen = release.freeze(photos, logits)

    def called(row: list[float]) -> bool:
        scope = frozen.calibration["in_scope"].probability(row[IN_SCOPE])
        confidence = max(class_probabilities(row[: len(CLASSES)], frozen.class_scaling))
        return scope >= frozen.thresholds["in_scope"] and confidence >= frozen.thresholds["class_confidence"]

    found = np.array([called(row) for row in logits.tolist()])
    inside = np.array([photo.in_scope == 1 for photo in photos])
    assert found[~inside].mean() <= 0.10
    assert found[inside].mean() > 0.5


def test_both_sets_have_the_same_say_in_the_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.training.skin import release

    monkeypatch.setattr(release, "_RESAMPLES", 8)
    photos = (
        [lesion("milk10k", None, "val")] * 20
        + [lesion("pad-ufes", "ACK", "val")] * 10
        + [lesion("milk10k", "MEL", "val")] * 45
        + [lesion("milk10k", "NEV", "val")] * 45
    )
    prior = release.freeze(photos, np.random.default_rng(2).normal(0, 1, (120, len(HEADS))).astype(np.float32)).prior
    assert prior["ACK"] == pytest.approx(0.5)
    assert prior["MEL"] == prior["NEV"] == pytest.approx(0.25)
    assert prior["suspicious"] == pytest.approx(0.75)
