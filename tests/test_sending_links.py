"""The way from an issue of the newsletter to its sending, and back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from healthyboost.mailing.mailing_screens import start_address
from news.models import Issue

from .admin_forms import form_address, list_address, sign_in
from .factories import make
from .test_subscribing import make_mailing

pytestmark = pytest.mark.django_db


def test_an_issue_leads_to_its_sending_and_the_sending_back_to_it(client):
    issue = make(Issue)
    sign_in(client, "editor")
    assert f'href="{start_address(issue)}"' in client.get(form_address(issue)).text
    assert f'href="{form_address(issue)}"' in client.get(start_address(issue)).text
    mailing = make_mailing(issue)
    shown = client.get(form_address(issue)).text
    assert f'href="{form_address(mailing)}"' in shown and "is being sent" in shown
    assert start_address(issue) not in shown
    assert f'href="{form_address(issue)}"' in client.get(form_address(mailing)).text


def test_the_list_of_issues_says_how_far_the_sending_of_each_is(client):
    sign_in(client, "editor")
    new, sent = make(Issue), make(Issue)
    mailing = make_mailing(sent, state="finished")
    client.get(list_address(Issue))
    with CaptureQueriesContext(connection) as few:
        shown = client.get(list_address(Issue)).text
    assert f'href="{start_address(new)}"' in shown and f'href="{form_address(mailing)}"' in shown
    assert start_address(sent) not in shown and "Finished" in shown
    make_mailing(make(Issue, newsletter=new.newsletter))
    with CaptureQueriesContext(connection) as many:
        client.get(list_address(Issue))
    assert len(few) == len(many)


def test_who_may_not_send_sees_nothing_of_it(client):
    issue = make(Issue)
    mailing = make_mailing(issue)
    sign_in(client, "translator", languages=["lv"])
    for address in (form_address(issue), list_address(Issue)):
        shown = client.get(address)
        assert shown.status_code == 200
        assert "Send by mail" not in shown.text and form_address(mailing) not in shown.text
