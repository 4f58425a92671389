from django.urls import path, re_path

from . import views

app_name = "feeds"
urlpatterns = [
    path("", views.feeds, name="list"),
    re_path(r"^(?P<kind>[-\w]+)\.(?P<form>atom|json)$", views.feed, name="feed"),
]
