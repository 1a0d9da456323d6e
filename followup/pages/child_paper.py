"""One page of a child's visit for her parents, on A4: printed at the store or from the guardian's own pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.language import readers_language
from followup.child_words import visit_in_words
from followup.rules.sentences import sentence
from screening.models import Encounter


def child_paper(request: HttpRequest, visit: Encounter, *, back: str) -> HttpResponse:
    """The page of a visit that the caller may see; `back` is where it came from. Raises Http404 before an eye was measured."""
    language = readers_language()
    words = visit_in_words(visit, language)
    if words is None:
        raise Http404
    context = {"child": visit.patient, "store": visit.store, "words": words, "back": back, "safety_net": sentence("safety_net_eye", language)}
    return render(request, "followup/child/paper.html", context)
