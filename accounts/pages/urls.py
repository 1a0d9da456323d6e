"""Pages of accounts."""

from django.urls import path

from accounts.pages import check_in, consents, doors, family, me

urlpatterns = [
    path("sign-up/", doors.sign_up, name="sign_up"),
    path("sign-up/code/", doors.sign_up_code, name="sign_up_code"),
    path("sign-in/", doors.sign_in, name="sign_in"),
    path("sign-in/code/", doors.sign_in_code, name="sign_in_code"),
    path("sign-in/password/", doors.sign_in_password, name="sign_in_password"),
    path("sign-out/", doors.leave, name="sign_out"),
    path("consent/", consents.consent, name="consent"),
    path("consent/<slug:purpose>/give/", consents.give, name="give_consent"),
    path("consent/<slug:purpose>/withdraw/", consents.withdraw, name="withdraw_consent"),
    path("family/<uuid:child_id>/consents/", family.child_consents, name="child_consents"),
    path("me/", me.me, name="me"),
    path("me/check-in-code/", check_in.check_in_code, name="check_in_code"),
]
