from django.urls import path

from accounts.views import home

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("setup/", home.setup, name="setup"),
]
