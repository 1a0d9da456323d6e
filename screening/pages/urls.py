"""Pages of screening."""

from django.urls import path

from screening.pages import check, facts, pictures, skin, skin_photos

urlpatterns = [
    path("facts/", facts.facts, name="facts"),
    path("facts/answers/", facts.answers, name="answers"),
    path("check/", check.choose, name="check"),
    path("check/eye/", check.check_eye, name="check_eye"),
    path("check/skin/", skin.where, name="check_skin"),
    path("check/skin/<uuid:spot_id>/", skin.sitting, name="skin_sitting"),
    path("check/skin/<uuid:spot_id>/questions/<int:number>/", skin.questions, name="skin_questions"),
    path("check/skin/<uuid:spot_id>/photos/", skin_photos.photos, name="skin_photos"),
    path("check/skin/<uuid:spot_id>/photos/<slug:slot>/", skin_photos.card, name="skin_card"),
    path("check/skin/<uuid:spot_id>/photos/<slug:slot>/send/", skin_photos.send, name="skin_send"),
    path("check/<uuid:encounter_id>/", check.sitting, name="sitting"),
    path("check/<uuid:encounter_id>/<slug:laterality>/", check.eye_card, name="eye_card"),
    path("check/<uuid:encounter_id>/<slug:laterality>/photo/", check.send_photo, name="send_photo"),
    path("how-to-get-a-picture/", pictures.how_to_get_a_picture, name="how_to_get_a_picture"),
    path("photos/<uuid:photo_id>/<slug:variant>/<str:signature>/", pictures.photo_image, name="photo_image"),
]
