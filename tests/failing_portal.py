"""A portal with one page, whose view fails and names a person. Run, it shows that page to somebody."""

import logging
import os

from django.urls import path

SECRETS = "anna", "kalnina", "verysecret", "203.0.113", "markbrowser"


def fail(request, token):
    password = "very" + "secret"
    logging.getLogger("portal").error("No mail to %s", "anna@example.org")
    raise ValueError(f"{len(password)}: no mail to anna@example.org from 203.0.113.77")


urlpatterns = [path("fail/<str:token>/", fail)]

if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "healthyboost.settings"
    django.setup()

    from django.test import Client, override_settings

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["testserver"]):
        Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77").post(
            "/fail/verysecret/?q=kalnina",
            {"email": "anna@example.org", "name": "Anna Kalnina"},
            headers={"user-agent": "markbrowser", "cookie": "sessionid=verysecret"},
        )
