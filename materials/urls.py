from django.urls import path

from . import views

app_name = "materials"
urlpatterns = [
    path("", views.MaterialList.as_view(), name="list"),
    path("<str:slug>/", views.MaterialDetail.as_view(), name="detail"),
]
