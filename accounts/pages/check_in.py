"""The code a person shows at a store's counter: as a picture to scan and as eight characters to type."""

from io import BytesIO
from zoneinfo import ZoneInfo

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from accounts import consent_texts
from accounts.gate import for_patients
from accounts.language import readers_language
from accounts.models import Patient
from accounts.services.check_in import LIFETIME, make_check_in_code


@require_http_methods(["GET", "POST"])
@for_patients
def check_in_code(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What showing the code means; a press makes one, and another press a new one."""
    context: dict[str, object] = {
        "tab": "me",
        "words": consent_texts.wording_before_scan(readers_language()),
        "minutes": LIFETIME.seconds // 60,
    }
    if request.method == "POST":
        code, row = make_check_in_code(patient=patient, by=request.user)
        context |= {
            "code": f"{code[:4]} {code[4:]}",
            "picture": _picture(code),
            "until": f"{row.expires_at.astimezone(ZoneInfo(patient.zone)):%H:%M}",
        }
    return render(request, "accounts/check_in_code.html", context)


def _picture(code: str) -> SafeString:
    drawn = BytesIO()
    segno.make(code, micro=False, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=8, border=4, light="#fff", svgclass="qr", lineclass=None
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - drawn here, from letters of our own alphabet
