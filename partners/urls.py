from django.urls import path

from . import views

app_name = "partners"
urlpatterns = [
    path("", views.OrganisationList.as_view(), name="list"),
    path("<str:slug>/", views.OrganisationDetail.as_view(), name="detail"),
]
