from django.urls import path

from reports.views import runs

app_name = "reports"
urlpatterns = [
    # Runs
    path("runs/", runs.run_list, name="run-list"),
]
