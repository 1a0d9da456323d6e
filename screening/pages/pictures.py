"""Photos as the pages show them, and how to get one."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from screening.image_paths import check_signature
from screening.models import Photo
from screening.own_samples import is_own
from screening.selectors import photos_visible_to, sample_photos
from screening.services.images import MEDIA_TYPES, image_of


@require_safe
def photo_image(request: HttpRequest, photo_id: UUID, variant: str, signature: str) -> HttpResponse:
    """One picture behind a signature of this session; whether the reader may see the photo is asked again."""
    check_signature(request.session, photo_id, variant, signature)
    user = request.user if isinstance(request.user, User) else None
    picture = image_of(_visible(request, user, photo_id), variant, by=user)
    return HttpResponse(
        picture,
        content_type=MEDIA_TYPES[variant],
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"},
    )


@require_safe
def how_to_get_a_picture(request: HttpRequest) -> HttpResponse:
    """Where a photo of the retina is taken and which file to send."""
    return render(request, "screening/how_to_get_a_picture.html")


def _visible(request: HttpRequest, user: User | None, photo_id: UUID) -> Photo:
    photo = photos_visible_to(user).filter(pk=photo_id).first() if user else None
    if photo is not None:
        return photo
    sample = sample_photos().filter(pk=photo_id).first()
    if sample is None or not is_own(request.session, sample.encounter_id):
        raise Http404
    return sample
