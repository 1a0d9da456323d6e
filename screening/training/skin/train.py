"""`manage.py train_classifier skin`: from the photos below ``--data`` to a released version."""

from pathlib import Path

from screening.classifiers.registry import WEIGHTS
from screening.classifiers.skin import PROGRAMME
from screening.training.course import Request
from screening.training.skin.crops import cached_squares
from screening.training.skin.finetune import SCHEDULE, finetune, first_network
from screening.training.skin.photos import skin_photos
from screening.training.skin.release import release

_TERMS = (
    "Research and demonstration only, not a medical device. Trained on PAD-UFES-20 (CC BY 4.0, Pacheco and others 2020){milk}; as wrong kinds on "
    "ISIC and HAM10000 dermoscopy, ImageNet pictures, fundus photos of EyePACS and APTOS (no licence of the photos seen); "
    "ImageNet start weights (Apache-2.0 package)."
)
_MILK = ", MILK10k (CC BY-NC 4.0, MILK study team)"


def train_skin(asked: Request) -> Path:
    """Train and release; the path of the toml. An interrupted fine-tune goes on from its checkpoint."""
    photos = skin_photos(asked.data, commercial=asked.commercial, leave_out=asked.leave_out)
    squares = cached_squares(photos, asked.work)
    begin = WEIGHTS / f"{PROGRAMME}-{asked.start}.safetensors" if asked.start else None
    schedule = asked.schedule(SCHEDULE)
    network = finetune((first_network(begin), first_network(begin)), photos, squares, asked.folder("skin"), schedule)
    terms = _TERMS.format(milk="" if asked.commercial else _MILK)
    return release(network, photos, squares, schedule.full_px, asked.release, asked.weights, asked.golden, terms)
