"""Roles over time and money: what the database itself refuses."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from healthyboost.content.sorting import name_key
from partners.models import FundingLine, FundingSource, Partnership, Project, shares, sum_fault

from .factories import make_contact_person, make_organisation, make_partnership, make_project

MARCH = datetime.date(2019, 3, 1)


@pytest.fixture
def sources(db):
    return [
        FundingSource.objects.create(slug=slug, name_en=slug, kind="ERDF", position=position)
        for position, slug in enumerate(["erdf", "eni", "public"])
    ]


@pytest.fixture
def project(sources):
    """The project of the facts, with its three funding lines."""
    with transaction.atomic():
        made = make_project(slug="healthy-boost", total_budget=Decimal("2534507.85"))
        for source, amount in zip(sources, ["1894858.83", "147220.00", "492429.02"], strict=True):
            made.funding_lines.create(source=source, amount=amount)
    return made


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda project: project.funding_lines.filter(amount="147220.00").update(amount="147220.01"),
        lambda project: project.funding_lines.first().delete(),
        lambda project: Project.objects.filter(pk=project.pk).update(total_budget="2534507.86"),
        lambda project: Project.objects.filter(pk=project.pk).update(total_budget=None),
    ],
    ids=["a line changes", "a line goes", "the total changes", "the total goes"],
)
def test_funding_that_does_not_add_up_is_refused_at_commit(project, change):
    with pytest.raises(IntegrityError, match="funding lines of project healthy-boost add up to"):
        with transaction.atomic():
            change(project)
    assert sum(line.amount for line in project.funding_lines.all()) == Decimal("2534507.85")


@pytest.mark.django_db(transaction=True)
def test_funding_may_change_as_a_whole_in_one_transaction(project):
    with transaction.atomic():
        project.funding_lines.filter(amount="147220.00").update(amount="147221.00")
        Project.objects.filter(pk=project.pk).update(total_budget="2534508.85")
    project.refresh_from_db()
    assert project.total_budget == Decimal("2534508.85")


@pytest.mark.django_db(transaction=True)
def test_line_that_moves_to_another_owner_leaves_both_right(project, sources):
    partnership = make_partnership(project, budget_total=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        project.funding_lines.filter(source=sources[0]).update(
            project=None, partnership=partnership
        )


@pytest.mark.django_db(transaction=True)
def test_total_alone_is_allowed(project):
    assert make_partnership(project, budget_total=Decimal("448575")).funding_lines.count() == 0


def test_funding_line_has_one_owner(project, sources):
    partnership = make_partnership(project)
    for owners in ({}, {"project": project, "partnership": partnership}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FundingLine.objects.create(source=sources[0], amount=1, **owners)


@pytest.mark.parametrize(
    "amounts, expected",
    [
        (["1894858.83", "147220.00", "492429.02"], ["74.76", "5.81", "19.43"]),
        (["117876.23", "20801.69"], ["85.00", "15.00"]),
        (["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        (["0.01"] * 7, ["14.29"] * 5 + ["14.28"] + ["14.27"]),
        ([], []),
    ],
)
def test_shares_add_up_to_a_hundred(amounts, expected):
    found = shares([Decimal(amount) for amount in amounts])
    assert sum(found) == (Decimal("100.00") if amounts else 0)
    if len(amounts) < 7:
        assert [str(share) for share in found] == expected


def test_sum_fault_names_both_figures():
    assert sum_fault(Decimal("10"), []) is None
    assert sum_fault(Decimal("10"), [Decimal("4"), Decimal("6")]) is None
    with override("en"):
        assert "9" in str(sum_fault(Decimal("10"), [Decimal("9")]))
        assert sum_fault(None, [Decimal("9")])


@pytest.mark.django_db
def test_roles_of_one_organisation_do_not_overlap():
    project, turku = make_project(), make_organisation()
    make_partnership(project, turku, role="partner", valid_until=MARCH)
    make_partnership(project, turku, role="lead", valid_from=MARCH)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_partnership(project, turku, valid_from=MARCH - datetime.timedelta(days=1))


@pytest.mark.django_db
def test_there_is_one_lead_at_a_time():
    project = make_project()
    make_partnership(project, role="lead", valid_until=MARCH)
    make_partnership(project, role="lead", valid_from=MARCH)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_partnership(project, role="lead")


@pytest.mark.django_db
def test_lead_partners_are_shown_with_their_dates(client):
    project = make_project(slug="p", planned_end=datetime.date(2021, 6, 30))
    make_partnership(
        project, make_organisation(title_en="First lead"), role="lead", valid_until=MARCH
    )
    make_partnership(
        project, make_organisation(title_en="Second lead"), role="lead", valid_from=MARCH
    )
    text = client.get("/en/about/p/").text
    assert "Second lead</a> (from: 1 March 2019)" in text
    assert (
        "First lead</a>\n(until: 1 March 2019)" in text
        or "First lead</a> (until: 1 March 2019)" in text
    )
    assert "At the end: 1. In all: 2." in text


@pytest.mark.django_db(transaction=True)
def test_funding_is_shown_as_table_and_csv_in_the_form_of_the_language(client, project):
    page = client.get("/en/about/healthy-boost/").text
    assert "1,894,858.83" in page
    assert "74.76" in page and "100.00" in page
    project.published_at_fi, project.title_fi = project.published_at_en, "Hanke"
    project.summary_fi = "Lyhyesti"
    project.save()
    assert "1\xa0894\xa0858,83" in client.get("/fi/about/healthy-boost/").text
    csv = client.get("/en/about/healthy-boost/funding.csv").text
    assert "1894858.83,EUR,74.76" in csv
    assert "2534507.85,EUR,100.00" in csv


@pytest.mark.django_db
def test_address_of_a_person_is_public_only_with_consent(client):
    organisation = make_organisation()
    person = make_contact_person(email="office@example.org")
    organisation.contacts.create(person=person)
    address = f"/en/partners/{organisation.slug}/"
    assert "office@example.org" not in client.get(address).text
    person.consent_at = datetime.datetime.now(datetime.UTC)
    person.save()
    assert "office@example.org" in client.get(address).text


@pytest.mark.django_db
def test_person_who_is_removed_is_gone_everywhere(client):
    organisation = make_organisation()
    person = make_contact_person(name="Somebody Known")
    organisation.contacts.create(person=person)
    person.delete()
    assert "Somebody Known" not in client.get(f"/en/partners/{organisation.slug}/").text


@pytest.mark.django_db
def test_partnership_is_valid_from_its_first_to_before_its_last_day():
    role = make_partnership(valid_from=MARCH, valid_until=datetime.date(2021, 12, 31))
    assert role.is_valid_on(MARCH)
    assert not role.is_valid_on(datetime.date(2021, 12, 31))
    assert list(Partnership.objects.valid_on(MARCH)) == [role]


@pytest.mark.parametrize(
    "language, names",
    [
        ("fi", ["Helsinki", "Tartto", "Turku", "Åbo", "Äänekoski", "Örebro"]),
        ("sv", ["Borås", "Uleåborg", "Åbo", "Örebro"]),
        ("lv", ["Cēsis", "Čehija", "Gulbene", "Ģirts", "Jelgava", "Rīga", "Šauļi", "Valka"]),
        ("ru", ["Елгава", "Ёлкино", "Турку", "Хельсинки", "Turku"]),
        ("en", ["Łódź", "Poznań", "Riga", "Suwałki", "Umeå"]),
    ],
)
def test_names_stand_in_the_order_of_the_language(language, names):
    assert sorted(set(names), key=lambda name: name_key(name, language)) == names
