"""The forms of the two screens: what to take apart, and what to keep of each of its headings."""

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.content.languages import wording
from healthyboost.content.richtext import clean

from ..models import EventSession, Issue, Item, Newsletter
from ..times import say_days
from .flattening import EMBEDDED_FILE, LARGEST_FILE, Unreadable, decoded
from .people import KnownOrganisations
from .splitting import BELOW, TITLE, split
from .storing import NEW, Choice


class NewsletterForm(forms.Form):
    """What to take apart. `with_text`: it was looked at before, and comes back with the answer."""

    newsletter = forms.ModelChoiceField(Newsletter.objects.all(), label=capfirst(_("newsletter")))
    language = forms.ChoiceField(label=_("Language that it is written in"))
    title = forms.CharField(
        label=_("Title of the issue"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("Empty: its first heading, if it stands above all others."),
    )
    number = forms.CharField(label=capfirst(_("number")), max_length=20, required=False)
    came_out = forms.DateField(
        label=_("Day on which it came out"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Dates without a year are then taken as those nearest to it."),
    )
    url = forms.URLField(
        label=_("Address where it stood"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"size": 60}),
        help_text=_("For links in it that are not whole."),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        max_length=200,
        help_text=_("HTML (such as a web page saved by Word, or of a mail program) or Markdown."),
        widget=forms.FileInput(attrs={"accept": ".html,.htm,.md,.markdown,.txt"}),
    )
    text = forms.CharField(
        label=_("Or paste the text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 80}),
        help_text=_("Copied from Word, a web page or a mail, or as HTML or Markdown."),
    )

    def __init__(self, *args, languages, **kwargs):
        super().__init__(*args, **kwargs)
        names = [(code, capfirst(name)) for code, name in settings.LANGUAGES if code in languages]
        self.fields["language"].choices = names

    def clean_number(self):
        return self.cleaned_data["number"].strip()

    def clean(self):
        super().clean()
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text") or ""
        if not file and not text.strip():
            if not self.errors.get("file"):
                self.add_error("file", gettext("Choose a file, or paste the text."))
            return self.cleaned_data
        if file and text.strip():
            self.add_error("text", gettext("A file or a text: not both."))
            return self.cleaned_data
        try:
            if file and file.size > LARGEST_FILE:
                decoded(b" " * (LARGEST_FILE + 1))  # says so, and does not read it
            text = EMBEDDED_FILE.sub("", decoded(file.read()) if file else text)
            self.cleaned_data["text"] = text
            if not self.errors:
                self.read(text)
        except Unreadable as error:
            self.add_error("file" if file else "text", str(error))
        if self.is_taken():
            self.add_error("number", gettext("There is already an issue of this number."))
        return self.cleaned_data

    def read(self, text):
        data = self.cleaned_data
        self.organisations = KnownOrganisations(data["newsletter"].publisher)
        self.split = split(
            text,
            data["language"],
            self.organisations,
            data["came_out"],
            data["url"],
            data["title"],
        )
        if not self.split.title:
            self.split.title = gettext("%(newsletter)s: imported issue") % {
                "newsletter": wording(data["newsletter"], "name", data["language"])[0]
                or data["newsletter"].slug
            }

    def is_taken(self):
        newsletter, number = (self.cleaned_data.get(name) for name in ("newsletter", "number"))
        issues = Issue.objects.filter(newsletter=newsletter, number=number or None)
        return bool(newsletter and number) and issues.exists()


class RowForm(forms.Form):
    keep = forms.BooleanField(required=False, label=_("Keep"))
    title = forms.CharField(required=False, max_length=TITLE, label=capfirst(_("title")))
    kind = forms.ChoiceField(
        label=capfirst(_("kind")),
        choices=[*Item.Kind.choices, (BELOW, _("a part of the item above"))],
    )
    event = forms.ChoiceField(required=False, label=capfirst(pgettext_lazy("newsletter", "event")))
    members = forms.MultipleChoiceField(
        required=False,
        label=_("Member organisations that it is about"),
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.MultipleChoiceField(
        required=False, label=_("People"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, row, events, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        if row.event:
            self.fields["event"].choices = [
                ("", gettext("no event")),
                (NEW, gettext("a new event, as a draft")),
                *((event.slug, known(event)) for event in events),
            ]
        else:
            del self.fields["event"]
        self.fields["members"].choices = [
            (slug, organisations.titles[slug]) for slug in row.members
        ]
        self.fields["people"].choices = [
            (str(place), said(person)) for place, person in enumerate(row.people)
        ]
        for name in ("members", "people"):
            if not self.fields[name].choices:
                del self.fields[name]

    def clean(self):
        data = super().clean()
        is_wanted = data.get("keep") and not data.get("title", "").strip()
        if is_wanted and "title" not in self.errors:
            self.add_error("title", gettext("It needs a title."))
        return data

    @property
    def choice(self):
        data = self.cleaned_data
        people = [self.row.people[int(place)] for place in data.get("people", ())]
        return Choice(
            self.row,
            data["kind"],
            data["title"],
            data.get("event", ""),
            data.get("members", []),
            people,
        )

    @property
    def days(self):
        """The days of its event in words."""
        return [
            say_days(
                EventSession(
                    start_date=days.start, end_date=days.end, start_date_precision=days.precision
                )
            )
            for days in self.row.event.days
        ]

    @property
    def body(self):
        """As it will be stored."""
        return clean(self.row.body)


def known(event):
    title = wording(event, "title", get_language(), event.source_language)[0]
    return gettext("in the portal: %(title)s") % {"title": title or event.slug}


def said(person):
    words = {"name": person.words}
    return (
        gettext("contact: %(name)s") % words
        if person.is_contact
        else gettext("speaks at the new event: %(name)s") % words
    )
