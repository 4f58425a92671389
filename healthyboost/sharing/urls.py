from django.urls import path, register_converter

from .views import picture


class Digest:
    regex = "[0-9a-f]{16}"
    to_python = to_url = staticmethod(str)


register_converter(Digest, "digest")

app_name = "sharing"
urlpatterns = [path("<slug:kind>/<slug:name>/<digest:digest>.jpg", picture, name="picture")]
