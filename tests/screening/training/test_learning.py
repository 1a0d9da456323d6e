"""What the network sees while it learns. Imports torch."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from screening.imaging.geometry import disc_mask
from screening.training.datasets import NAN, RETINA, Example

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]


def example(source: str, grade: int | None, split: str = "train", **changes: object) -> Example:
    fields = {
        "path": Path("x"),
        "patient": "p",
        "source": source,
        "split": split,
        "grade": grade,
        "thresholds": (NAN,) * 4,
        "quality": (NAN, NAN),
        "kind": RETINA,
        "right_eye": NAN,
    }
    return Example(**(fields | changes))  # type: ignore[arg-type]


def test_each_source_gets_its_share_and_what_is_held_back_gets_none() -> None:
    from screening.training.finetune import SOURCE_SHARES, sampling_weights

    examples = [example("odir", 0)] * 9 + [example("odir", 3)] + [example("eyepacs", 0), example("odir", 0, "val"), example("odir", 0, "test")]
    weights = sampling_weights(examples)
    assert math.isclose(sum(weights[:10]), SOURCE_SHARES["odir"])
    assert math.isclose(weights[10], SOURCE_SHARES["eyepacs"])
    assert weights[11:] == [0, 0]
    assert weights[9] == pytest.approx(3 * weights[0])


def test_augmented_photos_keep_their_shape_and_stay_grey_outside_the_disc() -> None:
    import torch

    from screening.training.augment import augment

    torch.manual_seed(0)
    crops = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (6, 96, 96, 3), dtype=np.uint8))
    pixels, mirrored, _ = augment(crops, torch.tensor([True] * 3 + [False] * 3), torch.zeros(6, dtype=torch.bool), 64)
    assert pixels.shape == (6, 64, 64, 3)
    assert mirrored.shape == (6,)
    assert float(pixels.min()) >= 0
    assert float(pixels.max()) <= 255
    assert bool((pixels[:, ~disc_mask(64)] == 128).all())


def test_a_photo_of_the_cut_set_is_always_cut() -> None:
    import torch

    from screening.training.augment import augment

    torch.manual_seed(0)
    crops = torch.full((8, 96, 96, 3), 200, dtype=torch.uint8)
    pixels, *_ = augment(crops, torch.ones(8, dtype=torch.bool), torch.zeros(8, dtype=torch.bool), 96)
    grey = (pixels - 128).abs().amax(dim=3) < 1
    inside = torch.tensor(disc_mask(96))
    assert bool((grey[:, inside].float().mean(dim=1) > 0.1).all())


def test_labels_that_are_not_given_teach_nothing() -> None:
    import torch

    from screening.classifiers.heads import HEADS
    from screening.training.finetune import Targets, _loss

    logits = torch.zeros((2, len(HEADS)), requires_grad=True)
    targets = Targets.of([example("odir", None), example("odir", 2, thresholds=(1.0, 1.0, 0.0, 0.0))])
    _loss(logits, targets, torch.tensor([0, 1]), torch.tensor([False, False]), torch.tensor([False, False])).backward()
    assert logits.grad is not None
    assert logits.grad[0, :6].abs().sum() == 0
    assert (logits.grad[1, :4] != 0).all()


def test_a_spoiled_photo_is_a_retina_to_be_rejected_and_teaches_no_disease() -> None:
    import torch

    from screening.classifiers.heads import FINDINGS, GRADES, HEADS, KINDS, QUALITY
    from screening.training.finetune import Targets, _loss

    logits = torch.zeros((1, len(HEADS)), requires_grad=True)
    photo = example("odir", 2, thresholds=(1.0, 1.0, 0.0, 0.0), findings=(1.0,) * 6)
    _loss(logits, Targets.of([photo]), torch.tensor([0]), torch.tensor([False]), torch.tensor([True])).backward()
    assert logits.grad is not None
    assert logits.grad[0, GRADES].abs().sum() == logits.grad[0, FINDINGS].abs().sum() == 0
    assert bool((logits.grad[0, QUALITY] < 0).all())
    assert logits.grad[0, KINDS][0] < 0


def test_a_set_that_is_mostly_ill_says_nothing_of_a_photo_of_it() -> None:
    import torch

    from screening.training.finetune import Targets

    ill, well = (1.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)
    photos = [example("aptos", 2, thresholds=ill), example("aptos", 2, thresholds=ill), example("aptos", 0, thresholds=well)]
    odds = Targets.of(photos).odds
    assert bool((odds == odds[0]).all())
    # Two moderate photos share the root of their number: 1.41 against 1.
    assert odds[0, 1].item() == pytest.approx(float(torch.tensor(2**0.5).log()), abs=1e-5)


def test_words_near_a_finding_are_neither_it_nor_its_absence() -> None:
    from screening.training.datasets import _findings

    found = _findings({"findings": "suspected glaucoma; drusen", "quality": ""})
    assert found[1] == 1
    assert math.isnan(found[2])
    assert found[0] == found[3] == found[4] == found[5] == 0
    assert all(math.isnan(value) for value in _findings({"findings": "normal", "quality": "reject"}))


def test_a_set_left_out_trains_nothing_and_chooses_nothing_in_any_copy(tmp_path: Path) -> None:
    for folder in ("train", "train_more", "aptos", "equalised"):
        (tmp_path / "fundus" / folder).mkdir(parents=True)
        source = "ODIR-5K" if folder == "train" else "EyePACS (copy)"
        rows = "file,patient,eye,source,dr_grade,any_dr,referable,quality,findings,split"
        (tmp_path / "fundus" / folder / "labels.csv").write_text(f"{rows}\na.jpg,{folder}_1,OD,{source},2,1,1,,moderate NPDR,train\n")
    (tmp_path / "fundus/wrongkind").mkdir()
    (tmp_path / "fundus/wrongkind/sources.csv").write_text("file,what\n")
    for folder in ("wrongkind", "dermoscopy", "other_skin", "train", "milk10k"):
        (tmp_path / "skin" / folder).mkdir(parents=True)
    from screening.training.datasets import retina_examples

    splits = {photo.source: photo.split for photo in retina_examples(tmp_path, leave_out="eyepacs") if photo.source != "wrongkind"}
    assert splits == {"odir": "train", "eyepacs": "left_out", "aptos": "train", "equalised": "left_out"}


def test_a_graded_photo_that_nobody_rated_is_weakly_readable() -> None:
    from screening.training.finetune import UNRATED_IS_READABLE, Targets

    targets = Targets.of([example("odir", 1), example("odir", None), example("eyepacs", 2, quality=(1.0, 1.0))])
    assert targets.quality[:, 1].tolist()[::2] == [0, 1]
    assert bool(targets.quality[1].isnan().all())
    assert bool(targets.quality[0, 0].isnan())
    assert targets.quality_weight[:, 1].tolist() == pytest.approx([UNRATED_IS_READABLE, 1, 1])


def test_the_clock_paces_a_run_and_a_run_whose_minutes_are_spent_only_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    from screening.training import course, finetune

    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone, self.heads = nn.Linear(1, 1), nn.Linear(1, 1)

    paces: list[float] = []
    monkeypatch.setattr(course, "_step", lambda *arguments: paces.append(arguments[4]) or 0.5)
    monkeypatch.setattr(finetune, "validate", lambda *arguments: None)
    begun, crops, schedule = (Small(), Small()), np.zeros((1, 8, 8, 3), np.uint8), replace(finetune.SCHEDULE, minutes=0.001)
    assert finetune.finetune(begun, [example("odir", 1)], crops, tmp_path, schedule) is begun[1]
    assert paces == sorted(paces)
    assert 0 <= paces[0] < paces[-1] < 1
    seen = len(paces)
    finetune.finetune(begun, [example("odir", 1)], crops, tmp_path, schedule)
    assert len(paces) == seen


def test_released_probabilities_follow_the_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.classifiers.calibration import cumulative
    from screening.classifiers.heads import HEADS
    from screening.training import release
    from screening.training.operating_point import SENSITIVITY_WANTED, SEVERE_CALLED
    from screening.training.release import freeze

    monkeypatch.setattr(release, "_RESAMPLES", 8)

    rng = np.random.default_rng(0)
    grades = rng.integers(0, 5, 400)
    logits = rng.normal(0, 1, (400, len(HEADS))).astype(np.float32)
    for threshold in range(4):
        logits[:, threshold] += np.where(grades > threshold, 2, -2)
    logits[:, 6] += 8
    examples = [
        example(
            "odir",
            int(grade),
            "val",
            patient=str(number // 2),
            thresholds=tuple(float(grade > threshold) for threshold in range(4)),
            quality=(float(number % 3 > 0), float(number % 3 > 1)),
        )
        for number, grade in enumerate(grades)
    ]
    frozen = freeze(examples, logits)
    assert frozen.prior["referable"] == pytest.approx((grades >= 2).mean(), abs=1e-3)
    called = np.array([cumulative(row[:4], frozen.calibration)[1] >= frozen.thresholds["referable"] for row in logits.tolist()])
    people = [(called[pair].any(), grades[pair].max()) for pair in np.arange(400).reshape(200, 2)]
    assert np.mean([call for call, worst in people if worst >= 2]) >= SENSITIVITY_WANTED
    assert np.mean([call for call, worst in people if worst >= 3]) >= SEVERE_CALLED
    assert called[grades < 2].mean() < 0.3
