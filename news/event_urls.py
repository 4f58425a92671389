from django.urls import path

from . import event_views as views

app_name = "events"
urlpatterns = [
    path("", views.EventList.as_view(), name="list"),
    path("calendar.ics", views.calendar_feed, name="calendar"),
    path("month/", views.this_month, name="this_month"),
    path("month/<int:year>/<int:month>/", views.month, name="month"),
    path("<str:slug>/", views.EventDetail.as_view(), name="detail"),
    path("<str:slug>/event.ics", views.event_file, name="file"),
]
