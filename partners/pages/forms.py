"""The sentence with blanks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.grid_words import level_words
from partners.rules.grid import INDEX_YEAR, LATEST_GRADE, Grid


class QuestionForm(forms.Form):
    """Persons of some years and grades, split or not. All levels are ticked to begin with."""

    index_year = forms.TypedMultipleChoiceField(label=_("whose first graded eye check was in"), coerce=int, widget=forms.CheckboxSelectMultiple)
    latest_grade = forms.TypedMultipleChoiceField(label=_("and whose latest grade is"), coerce=int, widget=forms.CheckboxSelectMultiple)
    by = forms.MultipleChoiceField(
        label=_("counted for each"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(INDEX_YEAR, _("year of the first check")), (LATEST_GRADE, _("latest grade"))],
    )

    def __init__(self, *args: Any, grid: Grid, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for dimension in (INDEX_YEAR, LATEST_GRADE):
            self.fields[dimension].choices = [(level, level_words(dimension, level, language)) for level in grid.levels(dimension)]
            self.fields[dimension].initial = grid.levels(dimension)
        self.fields["by"].initial = [LATEST_GRADE]

    def question(self) -> dict[str, Any]:
        """The question as the API takes it."""
        asked = self.cleaned_data
        return {"measure": "persons", "where": {name: asked[name] for name in (INDEX_YEAR, LATEST_GRADE)}, "by": asked["by"]}
