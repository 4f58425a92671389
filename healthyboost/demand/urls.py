from django.urls import path

from . import views

urlpatterns = [
    path("wish/<str:token>/", views.wish, name="wish"),
    path("<str:label>/<int:pk>/", views.needed, name="needed"),
]
