from django.urls import path

from . import views

app_name = "feedback"
urlpatterns = [
    path("", views.report, name="report"),
    path("write/<slug:person>/", views.write, name="write"),
    path("mine/<str:token>/", views.own, name="own"),
    path("answered/<str:token>/", views.answered, name="answered"),
]
