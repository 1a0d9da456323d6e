from django.urls import path

from screening.api import skin, views, visits

urlpatterns = [
    path("photos", views.Photos.as_view(), name="api_photos"),
    path("photos/<uuid:photo_id>", views.PhotoView.as_view(), name="api_photo"),
    path("photos/<uuid:photo_id>/images/<str:variant>", views.PhotoImage.as_view(), name="api_photo_image"),
    path("photos/<uuid:photo_id>/reveal", views.PhotoReveal.as_view(), name="api_photo_reveal"),
    path("skin-encounters", skin.SkinEncounters.as_view(), name="api_skin_encounters"),
    path("skin-encounters/<uuid:spot_id>", skin.SkinEncounterView.as_view(), name="api_skin_encounter"),
    path("skin-encounters/<uuid:spot_id>/answers", skin.SkinAnswers.as_view(), name="api_skin_answers"),
    path("facts", views.Facts.as_view(), name="api_facts"),
    path("store/children", visits.StoreChildren.as_view(), name="api_store_children"),
    path("visits", visits.Visits.as_view(), name="api_visits"),
    path("visits/<uuid:visit_id>", visits.VisitView.as_view(), name="api_visit"),
    path("visits/<uuid:visit_id>/measurements", visits.VisitMeasurements.as_view(), name="api_visit_measurements"),
    path("children/<uuid:child_id>/measurements", visits.ChildMeasurements.as_view(), name="api_child_measurements"),
]
