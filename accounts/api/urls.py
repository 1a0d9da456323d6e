"""Addresses below /api/v1/."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("sign-ups", views.SignUps.as_view(), name="api_sign_ups"),
    path("login-codes", views.LoginCodes.as_view(), name="api_login_codes"),
    path("sessions", views.Sessions.as_view(), name="api_sessions"),
    path("sessions/current", views.CurrentSession.as_view(), name="api_current_session"),
    path("me", views.MeView.as_view(), name="api_me"),
    path("consent-texts", views.ConsentTexts.as_view(), name="api_consent_texts"),
    path("consents", views.Consents.as_view(), name="api_consents"),
    path("consents/<slug:purpose>", views.OneConsent.as_view(), name="api_consent"),
]
