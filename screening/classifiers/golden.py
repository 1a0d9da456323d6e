"""Golden pictures: free photos and a pattern whose logits were written down when a version was released. Every engine is held to them."""

from pathlib import Path

from screening.classifiers import retina, skin
from screening.classifiers.engine import PATTERN, TOLERANCE, Engine, check_golden, pattern
from screening.classifiers.registry import ModelCard
from screening.imaging.decode import decode
from screening.imaging.geometry import Pixels, find_field, inner_crop
from screening.imaging.skin_crop import middle_square, square_crop

_SAMPLES = Path(__file__).resolve().parents[2] / "dev" / "samples"
FOLDERS = {retina.PROGRAMME: _SAMPLES / "retina", skin.PROGRAMME: _SAMPLES / "skin"}


def golden_crops(card: ModelCard) -> dict[str, Pixels]:
    """The golden pictures of a version by name, cropped as serving crops them. Raises OSError where a photo is missing."""
    crop_of = golden_square if card.programme == skin.PROGRAMME else golden_crop
    folder = FOLDERS[card.programme]
    return {name: pattern(card.input_px) if name == PATTERN else crop_of(folder / name, card.input_px) for name in card.golden}


def prove(engine: Engine, card: ModelCard, precision: str = "fp32") -> None:
    """Raise EngineFault where the engine does not compute the released logits of every golden picture, within TOLERANCE of its precision."""
    for name, crop in golden_crops(card).items():
        check_golden(engine, card, name, crop, TOLERANCE[precision])


def golden_crop(photo: Path, size: int) -> Pixels:
    """Inner crop of a golden photo, made as serving makes it."""
    pixels, _ = decode(photo.read_bytes())
    return inner_crop(pixels, find_field(pixels), size)


def golden_square(photo: Path, size: int) -> Pixels:
    """Square of a golden skin photo, made as serving makes it."""
    pixels, _ = decode(photo.read_bytes())
    return square_crop(pixels, middle_square(pixels), size)
