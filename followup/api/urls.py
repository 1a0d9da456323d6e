"""Addresses below /api/v1/."""

from django.urls import path

from followup.api import replies, store, views

urlpatterns = [
    path("steps", views.Steps.as_view(), name="api_steps"),
    path("steps/<uuid:step_id>/replies", replies.Replies.as_view(), name="api_step_replies"),
    path("steps/<uuid:step_id>/outcome", replies.Outcomes.as_view(), name="api_step_outcome"),
    path("reminder-silences", replies.Silences.as_view(), name="api_reminder_silences"),
    path("results/<uuid:encounter_id>", views.Results.as_view(), name="api_result"),
    path("reminder-credits", views.ReminderCredits.as_view(), name="api_reminder_credits"),
    path("reviews", views.Reviews.as_view(), name="api_reviews"),
    path("reviews/<uuid:encounter_id>", views.ReviewView.as_view(), name="api_review"),
    path("reviews/<uuid:encounter_id>/signature", views.Signatures.as_view(), name="api_review_signature"),
    path("reviews/<uuid:encounter_id>/spot-signature", views.SpotSignatures.as_view(), name="api_review_spot_signature"),
    path("reviews/<uuid:encounter_id>/corrections", views.Corrections.as_view(), name="api_review_corrections"),
    path("tasks", views.Tasks.as_view(), name="api_tasks"),
    path("tasks/<uuid:task_id>/done", views.TaskDone.as_view(), name="api_task_done"),
    path("store/today", store.StoreToday.as_view(), name="api_store_today"),
]
