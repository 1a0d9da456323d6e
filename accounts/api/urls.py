"""Addresses below /api/v1/."""

from django.urls import path

from accounts.api import store, views

urlpatterns = [
    path("sign-ups", views.SignUps.as_view(), name="api_sign_ups"),
    path("login-codes", views.LoginCodes.as_view(), name="api_login_codes"),
    path("sessions", views.Sessions.as_view(), name="api_sessions"),
    path("sessions/current", views.CurrentSession.as_view(), name="api_current_session"),
    path("me", views.MeView.as_view(), name="api_me"),
    path("consent-texts", views.ConsentTexts.as_view(), name="api_consent_texts"),
    path("consents", views.Consents.as_view(), name="api_consents"),
    path("consents/<slug:purpose>", views.OneConsent.as_view(), name="api_consent"),
    path("check-in-codes", store.CheckInCodes.as_view(), name="api_check_in_codes"),
    path("store/check-ins", store.CheckIns.as_view(), name="api_store_check_ins"),
    path("store/registrations", store.Registrations.as_view(), name="api_store_registrations"),
    path("store/registrations/confirm", store.RegistrationConfirmations.as_view(), name="api_store_registration_confirm"),
]
