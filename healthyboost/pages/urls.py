from django.urls import path

from . import views

app_name = "pages"
urlpatterns = [path("<str:slug>/", views.PageDetail.as_view(), name="detail")]
