from django.urls import path, re_path

from . import views

urlpatterns = [
    path("", views.index, name="api"),
    path("openapi.json", views.openapi, name="api_description"),
    re_path(r"^(?P<path>[^/?]+(?:/[^/]+)?)/$", views.without_slash),
    re_path(r"^(?P<name>[^/.]+)\.(?P<suffix>csv)$", views.object_list),
    path("<str:name>", views.object_list, name="api_list"),
    path("<str:name>/<str:slug>", views.object_detail, name="api_object"),
    re_path(r"", views.nothing),
]
