from django.urls import path

from . import views

urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("link/", views.ask_for_link, name="subscription_ask"),
    path("confirm/<str:token>/", views.confirm_view, name="subscription_confirm"),
    path("mine/<str:token>/", views.own, name="subscription_own"),
    path("mine/<str:token>/data.json", views.own_data, name="subscription_data"),
    path("end/<str:token>/", views.end_view, name="subscription_end"),
]
