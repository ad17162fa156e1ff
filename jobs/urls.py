"""Addresses of jobs."""

from django.urls import path

from jobs.views import jobs, schedule

app_name = "jobs"
urlpatterns = [
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/rerun/", jobs.rerun, name="rerun"),
    path("jobs/<uuid:pk>/cancel/", jobs.cancel, name="cancel"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("schedule/<slug:name>/run/", schedule.run_now, name="run_now"),
]
