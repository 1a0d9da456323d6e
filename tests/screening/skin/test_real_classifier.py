"""The live weights behind the seam: what is no skin ends refused, with words, and never with a class."""

import pytest

from core import clock
from screening.models import Reading
from screening.presenters import instruction_for
from screening.services import reading
from screening.services.intake import accept_photo
from screening.services.storage import store_original
from tests import photos
from tests.factories import make_patient
from tests.spots import make_spot

pytestmark = pytest.mark.django_db


def test_a_document_in_place_of_a_close_up_is_refused() -> None:
    patient = make_patient()
    spot = make_spot(patient)
    accept_photo(
        patient=patient,
        by=patient.user,
        upload=store_original(photos.document()),
        kind="skin",
        slot="close_up",
        taken_at=clock.now(),
        encounter=spot.pk,
    )
    reading.read_queued()
    found = Reading.objects.get()
    assert (found.outcome, found.lesion_class, found.probabilities, found.in_scope) == ("refused", "", {}, None)
    assert instruction_for(found)
