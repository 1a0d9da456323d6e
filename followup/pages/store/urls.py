"""Addresses of a store's pages."""

from django.urls import path

from followup.pages.store import adult, chair, children, find, register, today, visit_pages

store_urls = [
    path("store/", today.today, name="store_today"),
    path("store/find/", find.find, name="store_find"),
    path("store/register/", register.register, name="store_register"),
    path("store/register/code/", register.register_code, name="store_register_code"),
    path("store/people/<uuid:patient_id>/", find.person, name="store_person"),
    path("store/people/<uuid:patient_id>/visit/", find.start, name="store_start_visit"),
    path("store/visits/<uuid:encounter_id>/measure/", visit_pages.measure, name="store_measure"),
    path("store/visits/<uuid:encounter_id>/photo/", visit_pages.photo, name="store_photo"),
    path("store/visits/<uuid:encounter_id>/photo/<slug:laterality>/", chair.eye_card, name="store_eye_card"),
    path("store/visits/<uuid:encounter_id>/photo/<slug:laterality>/send/", chair.send_photo, name="store_send_photo"),
    path("store/visits/<uuid:encounter_id>/result/", visit_pages.result, name="store_result"),
    path("store/visits/<uuid:encounter_id>/plan/", visit_pages.plan, name="store_plan"),
    path("store/visits/<uuid:encounter_id>/paper/", adult.paper, name="store_paper"),
    path("store/visits/<uuid:encounter_id>/parents/", children.paper, name="store_child_paper"),
    path("store/people/<uuid:patient_id>/children/", children.children, name="store_children"),
    path("store/children/<uuid:child_id>/visit/", children.start_visit, name="store_child_visit"),
]
