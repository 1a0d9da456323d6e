"""What accounts tells those above it, inside the transaction that made it true. Every signal carries `patient`.

Receivers repeat everything in the nightly reconcile, so a lost signal costs time and nothing else.
"""

from django.dispatch import Signal

patient_registered = Signal()  # patient
consent_given = Signal()  # patient, purpose
consent_withdrawn = Signal()  # patient, purpose
