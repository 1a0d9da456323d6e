"""The skin classifier's serving path on real free photos, on faults, and on pictures of the wrong kind. Runs the released weights."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from core.pure.tables import read_rows
from dev.layout import BASE_DIR
from screening.classifiers import registry
from screening.classifiers.engine import PATTERN, check_golden, pattern, serving_engine
from screening.classifiers.outcome import Outcome
from screening.classifiers.rows import SKIN_COLUMNS, skin_row
from screening.classifiers.skin import PROGRAMME, class_probabilities, class_set, decided_class, read_photo, view_with_gate
from screening.classifiers.skin_heads import CLASSES
from screening.imaging.decode import decode
from screening.imaging.skin_crop import middle_square, square_crop
from screening.rules.quality import skin_instruction
from screening.training.drawn import draw
from tests import photos

SAMPLES = BASE_DIR / "dev" / "samples" / "skin"
ROWS = read_rows(SAMPLES / "samples.csv")
MELANOMA = "mel_PAT_895_1699_872.jpg"


def as_jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def sample(name: str = MELANOMA) -> Image.Image:
    return Image.open(SAMPLES / name).convert("RGB")


@pytest.fixture(scope="module")
def reading() -> Outcome:
    return read_photo((SAMPLES / MELANOMA).read_bytes())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_golden_photo_gives_the_released_logits(row: dict[str, str]) -> None:
    card = registry.live(PROGRAMME)
    pixels, _ = decode((SAMPLES / row["file"]).read_bytes())
    check_golden(serving_engine(registry.live(PROGRAMME)), card, row["file"], square_crop(pixels, middle_square(pixels), card.input_px))


def test_the_golden_pattern_gives_the_released_logits() -> None:
    card = registry.live(PROGRAMME)
    check_golden(serving_engine(registry.live(PROGRAMME)), card, PATTERN, pattern(card.input_px))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_sample_is_read_as_a_close_up_and_passes_as_an_overview(row: dict[str, str]) -> None:
    photo = (SAMPLES / row["file"]).read_bytes()
    assert read_photo(photo).outcome == view_with_gate(photo).outcome == "graded"


@pytest.mark.parametrize("row", [row for row in ROWS if row["label"] in ("MEL", "SCC", "ACK")], ids=lambda row: row["file"])
def test_a_suspicious_sample_is_called_suspicious(row: dict[str, str]) -> None:
    assert read_photo((SAMPLES / row["file"]).read_bytes()).suspicious is True


def test_a_reading_holds_together(reading: Outcome) -> None:
    card = registry.live(PROGRAMME)
    chances = {name: reading.probabilities[f"p_{name}"] for name in CLASSES}
    assert sum(chances.values()) == pytest.approx(1)
    assert reading.suspicious == (reading.probabilities["p_suspicious"] >= card.thresholds["suspicious"])
    assert (reading.lesion_class is not None) == reading.in_scope
    assert reading.class_set[0] == decided_class(list(chances.values()), card.prior)
    assert reading.lesion_class in (None, reading.class_set[0])
    assert all(chances[name] >= card.least_in_set for name in reading.class_set[1:])
    assert (reading.grade, reading.referable, reading.grade_set) == (None, None, ())
    low, high = reading.intervals["p_suspicious"]
    assert low <= reading.probabilities["p_suspicious"] <= high


def test_the_attention_map_lies_over_the_view(reading: Outcome) -> None:
    assert reading.attention is not None
    view, overlay = Image.open(BytesIO(reading.view)), Image.open(BytesIO(reading.attention))
    assert abs(view.width / view.height - overlay.width / overlay.height) < 0.02


def test_the_same_photo_always_gives_the_same_reading(reading: Outcome) -> None:
    assert read_photo((SAMPLES / MELANOMA).read_bytes()) == reading


@pytest.mark.parametrize("read", [read_photo, view_with_gate])
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda photo: photo.point(lambda level: level * 0.2), "too_dark"),
        (lambda photo: photo.point(lambda level: min(255, level * 1.8 + 40)), "too_bright"),
        (lambda photo: photo.filter(ImageFilter.GaussianBlur(photo.width / 100)), "blur"),
        (lambda photo: photo.resize((120, 120)), "too_small"),
    ],
    ids=["dark", "bright", "blurred", "small"],
)
def test_a_spoiled_photo_asks_for_a_retake_with_an_instruction(
    spoil: Callable[[Image.Image], Image.Image], reason: str, read: Callable[[bytes], Outcome]
) -> None:
    found = read(as_jpeg(spoil(sample())))
    assert (found.outcome, found.reason) == ("retake", reason)
    assert (found.suspicious, found.in_scope, found.lesion_class) == (None, None, None)
    assert skin_instruction(reason) is not None


def test_a_retaken_close_up_keeps_its_probabilities_and_an_overview_has_none() -> None:
    blurred = as_jpeg(sample().filter(ImageFilter.GaussianBlur(16)))
    assert 0 <= read_photo(blurred).probabilities["p_suspicious"] <= 1
    assert view_with_gate(blurred).probabilities == view_with_gate((SAMPLES / MELANOMA).read_bytes()).probabilities == {}


def test_a_dark_skin_in_good_light_is_not_called_a_dark_photo() -> None:
    dark_skin = sample().point(lambda level: level * 0.55)
    assert read_photo(as_jpeg(dark_skin)).outcome == "graded"


@pytest.mark.parametrize("kind", ["document", "wall", "layers", "shapes"])
@pytest.mark.parametrize("read", [read_photo, view_with_gate])
def test_a_drawn_picture_is_never_graded(kind: str, read: Callable[[bytes], Outcome]) -> None:
    # A number beyond those that training drew.
    found = read(as_jpeg(Image.fromarray(draw(f"{kind}-{1001:03d}"))))
    assert found.outcome != "graded"
    assert (found.lesion_class, found.suspicious) == (None, None)


@pytest.mark.parametrize("name", ["none_right.jpg", "moderate_right.jpg", "proliferative_left.jpg"])
def test_a_fundus_photo_is_sent_to_the_eye_programme(name: str) -> None:
    found = read_photo((BASE_DIR / "dev/samples/retina" / name).read_bytes())
    assert (found.outcome, found.reason, found.probabilities, found.attention) == ("refused", "wrong_programme", {}, None)


@pytest.mark.parametrize("read", [read_photo, view_with_gate])
def test_bytes_that_cannot_be_read_are_an_outcome_with_a_code(read: Callable[[bytes], Outcome]) -> None:
    found = read(photos.truncated(photos.jpeg(640, 480)))
    assert (found.outcome, found.reason, found.view) == ("refused", "corrupt", b"")


def test_a_row_has_the_columns_of_the_evaluation_in_order(reading: Outcome) -> None:
    row = skin_row(reading, 7)
    assert tuple(row) == SKIN_COLUMNS
    assert row["class"] == reading.class_set[0]
    assert row["milliseconds"] == 7


def test_class_probabilities_follow_slope_and_offset() -> None:
    scaling = {"slope": 0.5} | dict.fromkeys(CLASSES, 0.0) | {"MEL": float(np.log(2))}
    chances = class_probabilities([0.0] * len(CLASSES), scaling)
    assert chances[CLASSES.index("MEL")] == pytest.approx(2 / 7)
    assert class_probabilities([4.0, 0, 0, 0, 0, 0], scaling)[0] == pytest.approx(np.exp(2) / (np.exp(2) + 6))


def test_the_decided_class_is_the_one_the_photo_speaks_for_and_not_the_commonest() -> None:
    prior = {"ACK": 0.1, "BCC": 0.5, "MEL": 0.05, "NEV": 0.15, "SCC": 0.1, "SEK": 0.1}
    assert decided_class([0.05, 0.5, 0.25, 0.1, 0.05, 0.05], prior) == "MEL"
    assert decided_class([0.0, 0.9, 0.05, 0.05, 0.0, 0.0], prior) == "BCC"


def test_a_class_set_begins_with_the_decided_class_and_is_never_empty() -> None:
    chances = [0.05, 0.3, 0.4, 0.15, 0.05, 0.05]
    assert class_set(chances, "MEL", 0.9) == ("MEL",)
    assert class_set(chances, "NEV", 0.2) == ("NEV", "MEL", "BCC")
