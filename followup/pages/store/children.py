"""A guardian's children at the counter: choose one, or register one, and her visit begins."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import consent_texts
from accounts.gate import for_store_staff
from accounts.models import Guardianship, Organisation, Patient
from accounts.rules.age import youngest_age
from accounts.selectors import children_of, default_reading_centre, patients_visible_to
from accounts.services.guardians import NEEDED, PURPOSES
from core import clock
from core.ids import new_id
from core.problems import Problem
from followup.pages.child_paper import child_paper
from followup.visits import visit_of
from screening.forms import PLEASE_CHOOSE, choice, day
from screening.myopia.registration import SEXES, register_child_at_store
from screening.myopia.selectors import visit_today
from screening.myopia.visits import open_visit

SEX_WORDS = dict(zip(SEXES, (gettext_lazy("Girl"), gettext_lazy("Boy")), strict=True))
RELATIONS = {"mother": gettext_lazy("Mother"), "father": gettext_lazy("Father"), "guardian": gettext_lazy("Other guardian")}
SEEN = {"document_seen": gettext_lazy("Household register or birth certificate seen"), "seen_in_person": gettext_lazy("Both here, told by both")}


class ChildForm(forms.Form):
    """Who the child is, who the guardian is to her, and what the guardian agreed to."""

    name = forms.CharField(label=gettext_lazy("Child's name"), max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    birth_date = day(gettext_lazy("Birth date"))
    sex = choice(gettext_lazy("Sex"), list(SEX_WORDS.items()))
    relation = choice(gettext_lazy("Who is the guardian to the child?"), [(code, RELATIONS[code]) for code in Guardianship.Relation.values])
    verified = choice(gettext_lazy("How did you see that?"), list(SEEN.items()))
    child_agrees = forms.BooleanField(
        label=gettext_lazy("The child was asked and agrees"), required=False, help_text=gettext_lazy("Needed from 8 years on.")
    )
    purposes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, error_messages=PLEASE_CHOOSE)

    def __init__(self, *args: object, words: list[consent_texts.Wording], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.words = words
        purposes = self.fields["purposes"]
        purposes.label = gettext_lazy("The guardian read this and agrees")
        purposes.choices = [(one.purpose, f"{one.title}: {one.text}") for one in words]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@for_store_staff
def children(request: HttpRequest, store: Organisation, patient_id: UUID) -> HttpResponse:
    """The children of a guardian who shares with this store; a post registers one more, or finds the one registered before."""
    guardian = _visible(request, patient_id)
    if guardian.user is None:
        raise Http404
    words = consent_texts.wordings(PURPOSES, guardian.language, default_reading_centre(), store)
    form = ChildForm(request.POST or None, words=words)
    if request.method == "POST" and form.is_valid():
        try:
            registered = register_child_at_store(guardian=guardian, store=store, by=request.user, **form.cleaned_data)
        except Problem as problem:
            name = (problem.pointer or "").strip("/")
            form.add_error(name if name in form.fields else None, str(problem.detail))
        else:
            found = _("Registered.") if registered.is_new else _("This child was registered before; here is her one record.")
            messages.success(request, found)
            return redirect("store_children", patient_id=guardian.pk)
    known = [(child, _age(child)) for child in children_of(guardian.user).filter(pk__in=patients_visible_to(request.user)).order_by("pk")]
    context = {"tab": "find", "store": store, "guardian": guardian, "children": known, "form": form, "needed": NEEDED}
    return render(request, "followup/store/children.html", context)


@require_POST
@for_store_staff
def start_visit(request: HttpRequest, store: Organisation, child_id: UUID) -> HttpResponse:
    """Today's visit of the child, opened on the first press."""
    child = _visible(request, child_id)
    midnight = datetime.combine(clock.today(child.zone), time.min, ZoneInfo(child.zone))
    known = visit_today(child, store, midnight)
    try:
        visit = known or open_visit(visit_id=new_id(), patient=child, store=store, by=request.user)
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return redirect("store_find")
    return redirect("store_measure", encounter_id=visit.pk)


@require_safe
@for_store_staff
def paper(request: HttpRequest, store: Organisation, encounter_id: UUID) -> HttpResponse:
    """One page for the parents."""
    visit = visit_of(request.user, store, encounter_id)
    return child_paper(request, visit.encounter, back=reverse("store_plan", args=[encounter_id]))


def _visible(request: HttpRequest, patient_id: UUID) -> Patient:
    found = patients_visible_to(request.user).filter(pk=patient_id).first()
    if found is None:
        raise Http404
    return found


def _age(child: Patient) -> int:
    return youngest_age(clock.today(child.zone), birth_date=child.birth_date, birth_year=child.birth_year)
