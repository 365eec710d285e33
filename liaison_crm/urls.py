from django.urls import include, path

urlpatterns = [
    path("accounts/", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("", include("referrals.urls")),
    path("", include("outreach.urls")),
    path("", include("reports.urls")),
]
