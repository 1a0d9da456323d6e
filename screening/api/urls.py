from django.urls import path

from screening.api import views

urlpatterns = [
    path("photos", views.Photos.as_view(), name="api_photos"),
    path("photos/<uuid:photo_id>", views.PhotoView.as_view(), name="api_photo"),
    path("photos/<uuid:photo_id>/images/<str:variant>", views.PhotoImage.as_view(), name="api_photo_image"),
    path("facts", views.Facts.as_view(), name="api_facts"),
]
