"""What screening tells those above it, inside the transaction that made it true. Every signal carries `patient`.

Receivers repeat everything in the nightly reconcile, so a lost signal costs time and nothing else.
"""

from django.dispatch import Signal

photo_accepted = Signal()  # patient, encounter
reading_finished = Signal()  # patient, reading
photo_corrected = Signal()  # patient
report_composed = Signal()  # patient, version
report_finalised = Signal()  # patient, version
facts_recorded = Signal()  # patient
measurements_recorded = Signal()  # patient
answers_recorded = Signal()  # patient, encounter
