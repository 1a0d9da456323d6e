"""Pages that no single app owns – the first page and, in the demo, the styleguide – and what every shell needs."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.specimens import SpecimenForm, specimens


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of every page: `place`, the address the language switch comes back to."""
    return {"place": request.get_full_path()}


@require_safe
def first(request: HttpRequest) -> HttpResponse:
    """What the service is, for somebody who has not signed in; everybody else starts at home."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "core/first.html", {"has_tour": settings.MODE == "demo"})


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every piece with believable content, for those who build pages; absent outside the demo."""
    if settings.MODE != "demo":
        raise Http404
    wrong = SpecimenForm({"wrong-name": "欧阳阿依古丽·买买提明江", "wrong-hba1c": "74", "wrong-eye": "OD"}, prefix="wrong")
    return render(request, "core/styleguide.html", {"form": SpecimenForm(), "wrong": wrong, "tab": "home", **specimens()})
