"""Pages of partners."""

from django.urls import path

from partners.pages import views

urlpatterns = [
    path("partner/", views.desk, name="partner"),
    path("partner/questions/<uuid:question_id>/", views.answer, name="partner_question"),
]
