"""The store's form for a child's eyes: what was typed stays, a fault or a question stands at its field, and sent twice is measured once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.problems import Problem
from screening.myopia.words import TREATMENTS
from screening.rules.myopia.entries import NOT_MEASURABLE, REFRACTORS, Entry
from screening.rules.myopia.entry import LONGEST

EYES = ("OD", "OS")
NOTATIONS = [("five_point", _("Five-point (4.9)")), ("decimal", _("Decimal (0.8)")), ("logmar", "logMAR (0.1)"), ("snellen", "Snellen (6/7.5)")]
DEVICES: Mapping[str, str | Promise] = {
    "autorefractor": _("Autorefractor"),
    "handheld": _("Handheld screener"),
    "retinoscope": _("Retinoscope"),
    "subjective": _("Trial lenses"),
}
FAILED = _("Could not be measured")


@dataclass(frozen=True)
class Asked:
    """One control of an eye: its name in the form, its label, its unit, and the entry's field it fills."""

    name: str
    label: str | Promise
    unit: str | Promise
    fills: str


@dataclass(frozen=True)
class Group:
    """What is entered together: `name` in the form, the kind of measurement, its controls, and what previous value stands beside the first."""

    name: str
    code: str
    controls: tuple[Asked, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    may_fail: bool = False


GROUPS = (
    Group("acuity", "acuity", (Asked("acuity", _("Acuity without glasses"), "", "value"),), may_fail=True),
    Group("glasses", "acuity", (Asked("glasses", _("Acuity with own glasses"), "", "value"),), {"corrected": True}),
    Group(
        "refraction",
        "refraction",
        (
            Asked("sphere", _("Sphere"), "D", "sphere"),
            Asked("cylinder", _("Cylinder"), "D", "cylinder"),
            Asked("axis", _("Axis"), "°", "axis"),
        ),
        may_fail=True,
    ),
    Group("length", "axial_length", (Asked("length", _("Axial length"), "mm", "value"),), {"device": "optical"}),
)


class MeasureForm(forms.Form):
    """Right eye, then left. Every entry has an id made from `form_id` and its place, so that a double press is one measurement."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    treatment = forms.ChoiceField(label=_("Treatment now"), choices=list(TREATMENTS.items()), required=False)
    notation = forms.ChoiceField(label=_("Acuity is written as"), choices=NOTATIONS)
    refractor = forms.ChoiceField(label=_("Refraction by"), choices=[(code, DEVICES[code]) for code in REFRACTORS])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked: set[str] = set()
        self.places: list[dict[str, str]] = []
        for eye in EYES:
            for group in GROUPS:
                for control in group.controls:
                    typed = forms.TextInput({"inputmode": "text", "autocomplete": "off"})
                    self.fields[f"{eye}_{control.name}"] = forms.CharField(label=control.label, required=False, max_length=LONGEST, widget=typed)
                if group.may_fail:
                    self.fields[f"{eye}_{group.name}_failed"] = forms.BooleanField(label=FAILED, required=False)
                self.fields[f"{eye}_{group.name}_confirmed"] = forms.BooleanField(label=_("Measured again: it is so"), required=False)

    def entries(self, taken_at: datetime) -> list[Entry]:
        """What was typed, in order; nothing for what was left empty."""
        self.places = []
        given = list(self._given(taken_at))
        self.places = [places for _entry, places in given]
        return [entry for entry, _places in given]

    def tell(self, problem: Problem) -> None:
        """Put each fault and question of the service at the field it is about, and offer to confirm where there is a question."""
        faults, questions = problem.facts.get("faults", []), problem.facts.get("questions", [])
        if not faults and not questions:
            self.add_error(None, str(problem.detail))
        for told in (*faults, *questions):
            place, name = told["pointer"].removeprefix("/measurements/").split("/")
            places = self.places[int(place)]
            self.add_error(places.get(name, places["first"]), told["detail"])
            if told in questions:
                self.asked.add(places["confirm"])

    def _given(self, taken_at: datetime) -> Iterator[tuple[Entry, dict[str, str]]]:
        treatment = self.cleaned_data["treatment"]
        if treatment:
            yield Entry(self._id("treatment"), "treatment", taken_at, category=treatment), {"first": "treatment", "confirm": "treatment"}
        for eye in EYES:
            for group in GROUPS:
                entry = self._entry(eye, group, taken_at)
                if entry is not None:
                    names = {control.fills: f"{eye}_{control.name}" for control in group.controls}
                    common = {"notation": "notation", "device": "refractor"}
                    yield entry, {**common, **names, "first": f"{eye}_{group.controls[0].name}", "confirm": f"{eye}_{group.name}_confirmed"}

    def _entry(self, eye: str, group: Group, taken_at: datetime) -> Entry | None:
        typed = {control.fills: self.cleaned_data[f"{eye}_{control.name}"] for control in group.controls}
        failed = self.cleaned_data.get(f"{eye}_{group.name}_failed", False)
        if not any(typed.values()) and not failed:
            return None
        common: dict[str, Any] = dict(group.fixed)
        if group.code == "refraction":
            common["device"] = self.cleaned_data["refractor"]
        elif group.code == "acuity" and "/" not in typed["value"]:
            common["notation"] = self.cleaned_data["notation"]
        return Entry(
            id=self._id(f"{eye}_{group.name}"),
            code=group.code,
            taken_at=taken_at,
            laterality=eye,
            confirmed=self.cleaned_data[f"{eye}_{group.name}_confirmed"],
            **({"category": NOT_MEASURABLE} if failed else typed),
            **common,
        )

    def _id(self, name: str) -> UUID:
        return uuid5(self.cleaned_data["form_id"], name)
