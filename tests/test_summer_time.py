"""The hour that comes twice when summer time ends, and the one that is left out when it begins."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from healthyboost.editing.forms import MomentField

from .admin_forms import form_address, send, sign_in
from .factories import make_article


def test_moment_of_the_hour_that_comes_twice_is_in_the_first_one():
    moment = MomentField().clean(["2026-10-25", "03:30"])
    assert moment == datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)


def test_moment_of_the_hour_that_is_left_out_is_refused():
    with pytest.raises(ValidationError, match="may not exist"):
        MomentField().clean(["2027-03-28", "03:30"])


@pytest.mark.django_db
@pytest.mark.parametrize("hour", [0, 1])
def test_page_of_the_hour_that_comes_twice_can_be_saved(hour, client):
    sign_in(client)
    moment = datetime.datetime(2026, 10, 25, hour, 30, tzinfo=datetime.UTC)
    article = make_article(date=moment, date_precision="minute", published_at_en=moment)
    assert send(client, form_address(article), title_lv="Pastaiga", _save="1").status_code == 302
    article.refresh_from_db()
    assert article.title_lv == "Pastaiga"
    assert abs(article.published_at_en - moment) <= datetime.timedelta(hours=1)
