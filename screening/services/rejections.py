"""What a person is told when the bytes already show that they are no complete picture."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.problems import Problem
from screening.imaging.sniff import Rejected

WORDS: Mapping[str, tuple[int, str | Promise]] = {
    "not_an_image": (415, _("This file is not a picture. Please send the photo itself (JPEG, PNG, WebP or HEIC).")),
    "unknown_format": (415, _("This kind of picture cannot be read here. Please send JPEG, PNG, WebP or HEIC.")),
    "too_many_bytes": (413, _("The file is too large. Please send the camera's original of at most 50 MB.")),
    "too_many_pixels": (413, _("The picture has too many pixels. At most 100 megapixels are taken.")),
    "too_small": (422, _("The picture is too small. Please send the original from the camera, not a thumbnail.")),
    "truncated": (422, _("The file is incomplete; its end is missing. Please send it again.")),
    "wrong_length": (422, _("The file is damaged; its length does not fit its own description. Please send it again.")),
    "empty": (422, _("The file is empty. Please choose the photo again.")),
}


def rejection(rejected: Rejected) -> Problem:
    """The problem for a rejected upload, with the value found and the limit."""
    status, words = WORDS[rejected.code]
    return Problem(rejected.code, words, status_code=status, pointer="/file", found=rejected.found, limit=rejected.limit)
