"""Addresses below /api/v1/."""

from django.urls import path

from partners.api import views

urlpatterns = [
    path("partner/agreement", views.Agreements.as_view(), name="api_partner_agreement"),
    path("partner/questions", views.Questions.as_view(), name="api_partner_questions"),
    path("partner/questions/<uuid:question_id>", views.QuestionView.as_view(), name="api_partner_question"),
]
