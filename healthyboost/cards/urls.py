from django.urls import path

from .oembed import oembed

urlpatterns = [path("oembed", oembed, name="oembed")]
