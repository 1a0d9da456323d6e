"""Pages of followup."""

from followup.pages.clinician import clinician_urls
from followup.pages.family import family_urls
from followup.pages.patient import patient_urls
from followup.pages.replies import reply_urls
from followup.pages.samples import sample_urls
from followup.pages.store.urls import store_urls

urlpatterns = [*patient_urls, *reply_urls, *family_urls, *sample_urls, *clinician_urls, *store_urls]
