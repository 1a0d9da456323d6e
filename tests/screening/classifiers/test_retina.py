"""The serving path on real free photos, on faults, and on pictures of the wrong kind. Runs the released weights through the engine."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from core.pure.tables import read_rows
from dev.layout import BASE_DIR
from screening.classifiers import registry
from screening.classifiers.calibration import Platt, sigmoid
from screening.classifiers.engine import PATTERN, Answer, check_golden, pattern, serving_engine
from screening.classifiers.heads import FINDINGS, HEADS
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import WeightsChanged
from screening.classifiers.retina import PROGRAMME, _graded, read_photo, view_only
from screening.classifiers.rows import COLUMNS, evaluation_row
from screening.imaging.decode import Undecodable, decode
from screening.imaging.geometry import find_field, inner_crop
from screening.training.drawn import draw
from tests import photos

SAMPLES = BASE_DIR / "dev" / "samples" / "retina"
ROWS = read_rows(SAMPLES / "samples.csv")


def as_jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def sample(name: str = "none_right.jpg") -> Image.Image:
    return Image.open(SAMPLES / name).convert("RGB")


@pytest.fixture(scope="module")
def reading() -> Outcome:
    return read_photo((SAMPLES / "moderate_right.jpg").read_bytes())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_golden_photo_gives_the_released_logits(row: dict[str, str]) -> None:
    card = registry.live(PROGRAMME)
    pixels, _ = decode((SAMPLES / row["file"]).read_bytes())
    check_golden(serving_engine(registry.live(PROGRAMME)), card, row["file"], inner_crop(pixels, find_field(pixels), card.input_px))


def test_the_golden_pattern_gives_the_released_logits() -> None:
    card = registry.live(PROGRAMME)
    check_golden(serving_engine(registry.live(PROGRAMME)), card, PATTERN, pattern(card.input_px))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_free_sample_is_recognised_as_a_retina(row: dict[str, str]) -> None:
    assert read_photo((SAMPLES / row["file"]).read_bytes()).outcome != "refused"


def test_more_disease_gives_more_suspicion() -> None:
    p_referable = [read_photo((SAMPLES / name).read_bytes()).probabilities["p_referable"] for name in ("none_left.jpg", "proliferative_left.jpg")]
    assert p_referable[0] < p_referable[1]


def test_a_reading_holds_together(reading: Outcome) -> None:
    assert reading.outcome in ("graded", "retake")
    assert set(reading.intervals) == set(reading.probabilities) | {f"p_{name}" for name in reading.findings}
    assert (reading.grade is None) == (reading.outcome == "retake")
    if reading.grade is not None:
        assert reading.referable or reading.grade < 2
        assert reading.grade in reading.grade_set
    assert reading.model_version == registry.live(PROGRAMME).name


def test_the_attention_map_lies_over_the_view(reading: Outcome) -> None:
    assert reading.attention is not None
    view, overlay = Image.open(BytesIO(reading.view)), Image.open(BytesIO(reading.attention))
    assert max(view.size) <= 1024
    assert abs(view.width / view.height - overlay.width / overlay.height) < 0.02
    alpha = np.asarray(overlay.convert("RGBA"))[:, :, 3]
    assert alpha.min() == 0


def test_the_same_photo_always_gives_the_same_reading(reading: Outcome) -> None:
    assert read_photo((SAMPLES / "moderate_right.jpg").read_bytes()) == reading


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda photo: photo.point(lambda level: level * 0.12), "too_dark"),
        (lambda photo: photo.filter(ImageFilter.GaussianBlur(photo.width / 40)), "blur"),
        (lambda photo: photo.resize((240, round(240 * photo.height / photo.width))), "too_small"),
    ],
    ids=["dark", "blurred", "small"],
)
def test_a_spoiled_photo_asks_for_a_retake_but_keeps_its_probabilities(spoil, reason: str) -> None:
    found = read_photo(as_jpeg(spoil(sample())))
    assert (found.outcome, found.reason, found.grade) == ("retake", reason, None)
    assert 0 <= found.probabilities["p_referable"] <= 1


@pytest.mark.parametrize("kind", ["document", "wall", "gradient", "layers", "shapes"])
def test_a_drawn_picture_is_refused_and_carries_no_grade(kind: str) -> None:
    # Numbers beyond those that training drew.
    found = read_photo(as_jpeg(Image.fromarray(draw(f"{kind}-{1001:03d}"))))
    assert (found.outcome, found.grade, found.probabilities, found.attention) == ("refused", None, {}, None)
    assert found.reason in ("not_fundus", "outer_eye")


@pytest.mark.parametrize("photo", [photos.document, photos.wall])
def test_a_document_or_a_wall_is_refused(photo) -> None:
    assert read_photo(photo()).outcome == "refused"


def test_bytes_that_cannot_be_read_are_an_outcome_with_a_code() -> None:
    found = read_photo(photos.truncated(photos.jpeg(640, 480)))
    assert (found.outcome, found.reason, found.view) == ("refused", "corrupt", b"")


def test_a_view_needs_no_classifier_and_says_what_it_cannot_read() -> None:
    view, width, height = view_only(photos.turned_jpeg(6))
    assert (width, height) == photos.scene().size
    assert Image.open(BytesIO(view)).size == (width, height)
    with pytest.raises(Undecodable):
        view_only(b"nothing")


def test_a_row_has_the_columns_of_the_evaluation_in_order(reading: Outcome) -> None:
    assert tuple(evaluation_row(reading, 7)) == COLUMNS
    assert evaluation_row(reading, 7)["milliseconds"] == 7


def test_changed_weights_are_never_read_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = registry.live(PROGRAMME)
    for path in (card.weights, card.weights.with_suffix(".toml")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / card.weights.name).write_bytes(b"other weights")
    monkeypatch.setattr(registry, "WEIGHTS", tmp_path)
    registry.live.cache_clear()
    try:
        with pytest.raises(WeightsChanged):
            registry.live(PROGRAMME)
    finally:
        registry.live.cache_clear()


def test_the_newest_live_version_is_taken_and_a_shadow_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = registry.live(PROGRAMME)
    text = card.weights.with_suffix(".toml").read_text()
    for version, status in (("0.9", "live"), ("0.10", "live"), ("1.0", "shadow")):
        (tmp_path / f"retina-dr-{version}.safetensors").write_bytes(card.weights.read_bytes())
        changed = text.replace(f'version = "{card.version}"', f'version = "{version}"').replace('status = "live"', f'status = "{status}"')
        (tmp_path / f"retina-dr-{version}.toml").write_text(changed)
    monkeypatch.setattr(registry, "WEIGHTS", tmp_path)
    registry.live.cache_clear()
    try:
        assert registry.live(PROGRAMME).version == "0.10"
    finally:
        registry.live.cache_clear()


def test_a_finding_is_shown_only_where_the_version_carries_its_calibration() -> None:
    card = registry.live(PROGRAMME)
    answer = Answer(np.linspace(-2, 3, len(HEADS), dtype=np.float32), np.zeros((9, 9), np.float32))
    shown = replace(card, calibration=dict(card.calibration) | {"amd": Platt(1, 0, 0, 0, 0)}, thresholds=dict(card.thresholds) | {"amd": 0.8})
    hidden = replace(card, calibration={name: fit for name, fit in card.calibration.items() if name not in HEADS[FINDINGS]})
    found = _graded(shown, answer, None, 0.0, (1, 1), b"", b"")
    assert found.findings["amd"] == pytest.approx(sigmoid(answer.logits[HEADS.index("amd")]))
    assert "amd" in found.findings_seen
    assert evaluation_row(found)["p_amd"] == round(found.findings["amd"], 5)
    assert _graded(shown, answer, "blur", 0.0, (1, 1), b"", b"").findings_seen == ()
    without = _graded(hidden, answer, None, 0.0, (1, 1), b"", b"")
    assert without.findings == {}
    assert evaluation_row(without)["p_amd"] is None
