"""`manage.py train_classifier retina`: from the photos below ``--data`` to a released version."""

from pathlib import Path

from screening.classifiers.network import Network, continued_network, imagenet_network
from screening.classifiers.registry import WEIGHTS
from screening.training.course import Request
from screening.training.crops import cached_crops
from screening.training.datasets import retina_examples
from screening.training.finetune import SCHEDULE, finetune
from screening.training.release import release

_TERMS = (
    "Research and demonstration only, not a medical device. Trained on EyePACS, APTOS 2019 and ODIR-5K photos (no licence of the photos seen), "
    "ImageNet start weights (Apache-2.0 package)"
)
_NON_COMMERCIAL = ", EyeQ quality labels (non-commercial) and MILK10k photos as wrong kinds (CC BY-NC 4.0)"


def train_retina(asked: Request) -> Path:
    """Train and release; the path of the toml. An interrupted fine-tune goes on from its checkpoint."""
    examples = retina_examples(asked.data, commercial=asked.commercial, leave_out=asked.leave_out)
    crops = cached_crops(examples, asked.work)
    schedule = asked.schedule(SCHEDULE)
    network = finetune((_first(asked.start), _first(asked.start)), examples, crops, asked.folder("retina"), schedule)
    terms = _TERMS + ("." if asked.commercial else _NON_COMMERCIAL + ".")
    return release(network, examples, crops, schedule.full_px, asked.release, asked.weights, asked.golden, terms)


def _first(start: str | None) -> Network:
    return continued_network(WEIGHTS / f"retina-dr-{start}.safetensors") if start else imagenet_network()
