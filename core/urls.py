"""The first page, the language switch and the styleguide."""

from django.urls import path
from django.views.i18n import set_language

from core import pages

app_name = "core"
urlpatterns = [
    path("", pages.first, name="first"),
    path("language/", set_language, name="language"),
    path("styleguide/", pages.styleguide, name="styleguide"),
]
