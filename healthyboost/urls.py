"""Puts the apps together. What has no language stands without prefix."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from healthyboost.api.page import for_people
from healthyboost.cards.views import card
from healthyboost.discovery.views import opensearch
from healthyboost.editing.previews import shared_preview
from healthyboost.media.views import media
from healthyboost.opendata.views import open_data
from healthyboost.operations.views import healthz, metrics_view, readyz
from healthyboost.translation.page_link_views import translate_by_link
from materials.harvesting import oai
from partners.keep import keep_csv, keep_json
from partners.views import ProjectDetail, funding_csv

from . import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("healthyboost.accounts.urls")),
    path("media/<path:path>", media, name="media"),
    path("preview/<str:token>/", shared_preview, name="preview"),
    path("translate/<str:token>/", translate_by_link, name="translate_by_link"),
    path("api/v1/", include("healthyboost.api.urls")),
    path("", include("healthyboost.discovery.urls")),
    path("", include("healthyboost.cards.urls")),
    path("", include("healthyboost.opendata.urls")),
    path("oai", oai, name="oai"),
    path("data/keep.json", keep_json, name="keep_json"),
    path("data/keep-<str:table>.csv", keep_csv, name="keep_csv"),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics_view),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("news/", include("news.urls")),
        path("events/", include("news.event_urls")),
        path("newsletter/subscribe/", include("healthyboost.mailing.urls")),
        path("newsletter/", include("news.newsletter_urls")),
        path("partners/", include("partners.urls")),
        path("pilots/", include("pilots.urls")),
        path("materials/", include("materials.urls")),
        path("about/", views.AboutDetail.as_view(), name="about"),
        path("about/<str:slug>/", ProjectDetail.as_view(), name="project"),
        path("about/<str:slug>/funding.csv", funding_csv, name="funding"),
        path("pages/", include("healthyboost.pages.urls")),
        path("search/", include("healthyboost.search.urls")),
        path("feeds/", include("healthyboost.feeds.urls")),
        path("cards/<str:kind>/<str:slug>/", card, name="card"),
        path("opensearch.xml", opensearch, name="opensearch"),
        path("data/", open_data, name="data"),
        path("needed/", include("healthyboost.demand.urls")),
        path("api/", for_people, name="api_for_people"),
        path("shared/", include("healthyboost.sharing.urls")),
        path("feedback/", include("healthyboost.feedback.urls")),
    ),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler429 = views.too_many
handler500 = views.server_error
