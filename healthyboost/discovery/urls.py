from django.urls import path, re_path

from . import views

urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
    path("sitemap.xml", views.sitemap_index, name="sitemap_index"),
    re_path(
        r"^sitemaps/(?P<language>[a-z-]+)-(?P<kind>[a-z]+)-(?P<number>[1-9][0-9]{0,9})\.xml$",
        views.sitemap,
        name="sitemap",
    ),
    re_path(r"^(?P<key>[A-Za-z0-9-]{8,128})\.txt$", views.indexnow_key, name="indexnow_key"),
]
