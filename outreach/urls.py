from django.urls import path

from outreach.views import logging, today, visits

app_name = "outreach"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("visits/", visits.visit_list, name="visit-list"),
    path("visits/log/", logging.visit_create, name="visit-create"),
    path("visits/plan/", logging.visit_plan, name="visit-plan"),
    path("visits/people/", logging.physician_search, name="physician-search"),
    path("visits/places/", logging.visit_places, name="visit-places"),
    path("visits/<int:pk>/", visits.visit_detail, name="visit-detail"),
]
