from django.urls import path

from . import views

app_name = "pilots"
urlpatterns = [
    path("", views.PilotList.as_view(), name="list"),
    path("<str:slug>/", views.PilotDetail.as_view(), name="detail"),
]
