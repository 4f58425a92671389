"""What the forms of the admin do with what was typed, before it is checked and stored."""

import datetime

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import (
    AdminSplitDateTime,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import YEARS, Precision
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import PUBLICATION, text_fields

from .drafting import take_up_row
from .guarding import GuardedForm
from .merging import Merging
from .slugs import former_slugs, free_slug, make_slug


class MomentField(forms.SplitDateTimeField):
    """A day and a time; a day alone begins at midnight.

    Of an hour that comes twice, when summer time ends, it is the first one: Django refuses it, and with
    it each page of that hour. One that is left out, when summer time begins, nobody can have meant.
    """

    def compress(self, parts):
        if parts and parts[0] and not parts[1]:
            parts = [parts[0], datetime.time.min]
        try:
            moment = super().compress(parts)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            typed = datetime.datetime.combine(*parts)
            # In its own zone it would equal no other moment.
            moment = timezone.make_aware(typed).astimezone(datetime.UTC)
            if timezone.make_naive(moment) != typed:
                raise
        if moment and moment.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid_date"])
        return moment


class PortalForm(GuardedForm, Merging, forms.ModelForm):
    """An empty address is made from the name; what the database refused is said in the form."""

    refusal = None  # set for one request by TranslatedAdmin
    slug_field, slug_source = "slug", "name"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.slug_field in self.fields:
            self.fields[self.slug_field].required = False

    def clean(self):
        super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        if self.slug_field in self.fields and self.slug_field not in self.errors:
            self.cleaned_data[self.slug_field] = self.chosen_slug()
        return self.cleaned_data

    def chosen_slug(self):
        """What was typed; an address that comes from a name gets a number where it is taken."""
        typed, wishes = self.cleaned_data.get(self.slug_field), self.slug_wishes()
        others = self._meta.model._base_manager.exclude(pk=self.instance.pk)
        if typed and not (self.instance._state.adding and typed in wishes):
            is_new = self.slug_field in self.changed_data
            if is_new and former_slugs(others).filter(slug=typed).exists():
                message = _("Links from elsewhere still lead from here to another page.")
                self.add_error(self.slug_field, message)
            return typed
        return free_slug(others, typed or next(iter(wishes), ""), self.slug_field)

    def slug_wishes(self):
        """Addresses that the names on the form would give, the best first."""
        names = [self.slug_source]
        if self.slug_source in translated_fields(self._meta.model):
            names = [column(self.slug_source, code) for code in self.languages_by_rank()]
        return [slug for name in names if (slug := make_slug(self.cleaned_data.get(name)))]

    def languages_by_rank(self):
        source = self.cleaned_data.get("source_language")
        return list(dict.fromkeys(filter(None, [source, get_language(), *language_codes()])))


class ContentForm(PortalForm):
    """The form of a content type: its languages, their publication, its date."""

    slug_source = "title"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "source_language" in self.fields:
            self.fields["source_language"].required = False

    def clean(self):
        if "source_language" in self.fields:
            self.choose_source_language()
        super().clean()
        self.press_buttons()
        self.check_live_text()
        self.check_periods()
        self.check_date()
        self.remember_sources()
        return self.cleaned_data

    def remember_sources(self):
        """A translation that is new, or that somebody says to match, is made from the original as it
        is saved now. Nothing else makes it younger: a mended word is no new translation."""
        source, names = self.cleaned_data.get("source_language"), text_fields(self._meta.model)
        self.made_now = set()
        for code in language_codes():
            made_from = column("made_from", code)
            written = any(self.cleaned_data.get(column(name, code)) for name in names)
            was_written = any(getattr(self.instance, column(name, code)) for name in names)
            is_new = written and not was_written and not getattr(self.instance, made_from)
            if code != source and (is_new or code in self.data.getlist("_matches")):
                setattr(self.instance, made_from, source)
                self.made_now.add(code)

    def choose_source_language(self):
        """Where nobody chose one: the language that has a title. Some language has to have one."""
        titled = [
            code
            for code in self.languages_by_rank()
            if self.cleaned_data.get(column("title", code))
        ]
        chosen = self.cleaned_data.get("source_language")
        self.cleaned_data["source_language"] = chosen or next(iter(titled), get_language())
        failed = any(column("title", code) in self.errors for code in language_codes())
        if not titled and not failed:
            language = self.cleaned_data["source_language"]
            self.add_error(column("title", language), _("Write a title in at least one language."))

    def press_buttons(self):
        """“Publish” and “Withdraw” fill in the fields that one could fill in by hand.

        `publishing` is {language: moment} of what this save makes public, now or later.
        """
        now = timezone.now().replace(
            microsecond=0
        )  # as the form shows it, or it would change again
        self.publishing = self.languages_to_publish(now)
        for code, moment in self.publishing.items():
            public_from, public_until, withdrawn = (column(name, code) for name in PUBLICATION)
            since, until = self.cleaned_data.get(public_from), self.cleaned_data.get(public_until)
            is_public = bool(since and since <= now) and not self.cleaned_data.get(withdrawn)
            if moment > now and is_public:
                self.add_error(
                    public_from,
                    _("This language is public already: its changes are published at once."),
                )
            self.cleaned_data[public_from] = (
                min(since or moment, moment) if moment <= now else moment
            )
            self.cleaned_data[public_until] = until if until and until > moment else None
            self.cleaned_data[withdrawn] = None
        if (code := self.data.get("_withdraw")) in language_codes():
            self.cleaned_data[column("withdrawn_at", code)] = now

    def languages_to_publish(self, now):
        if (code := self.data.get("_publish")) in language_codes():
            return {code: now}
        if "_publish_chosen" not in self.data:
            return {}
        chosen = [code for code in language_codes() if code in self.data.getlist("_chosen")]
        if not chosen:
            self.add_error(None, _("Choose the languages that are to be public."))
        field = MomentField(required=False, widget=AdminSplitDateTime)
        try:
            moment = field.clean(field.widget.value_from_datadict(self.data, {}, "_at"))
        except forms.ValidationError as error:
            self.add_error(None, error)
            return {}
        return dict.fromkeys(chosen, moment or now)

    def check_live_text(self):
        """Nobody replaces a public text that has changed since the form was opened."""
        began = self.started_from()
        for code, now in getattr(self.instance, "live_hashes", {}).items():
            if code in self.publishing and began.get(f"live:{code}", now) != now:
                self.both_changed.add(f"live:{code}")
                self.add_error(
                    None,
                    _(
                        "The public text in %(language)s has changed meanwhile. Compare your draft "
                        "with it, then publish again."
                    )
                    % {"language": dict(settings.LANGUAGES)[code]},
                )

    def check_periods(self):
        for code in language_codes():
            since, until = (self.cleaned_data.get(column(name, code)) for name in PUBLICATION[:2])
            if until and (not since or until <= since):
                self.add_error(
                    column("unpublish_at", code), _("“Public until” must be after “public from”.")
                )

    def check_date(self):
        """A date without a word on how well it is known is known as well as it was typed."""
        if "date" not in self.cleaned_data or "date_precision" not in self.cleaned_data:
            return
        date, precision = self.cleaned_data["date"], self.cleaned_data["date_precision"]
        if date and precision == Precision.UNKNOWN:
            at_midnight = timezone.localtime(date).time() == datetime.time.min
            self.cleaned_data["date_precision"] = Precision.DAY if at_midnight else Precision.MINUTE
        if not date and precision != Precision.UNKNOWN:
            self.add_error("date", _("Give the date, or say that it is not known."))


class RowAutocomplete(AutocompleteSelect):
    """Does not ask the database for a row that is loaded already."""

    known = None

    def optgroups(self, name, value, attr=None):
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        if not any(value):
            return [(None, options, 0)]
        if not self.known or value != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options.append(self.create_option(name, self.known.pk, str(self.known), True, len(options)))
        return [(None, options, 0)]


class RowsAutocomplete(AutocompleteSelectMultiple):
    """The same for several rows."""

    known = ()

    def optgroups(self, name, value, attr=None):
        names = {str(row.pk): str(row) for row in self.known}
        if not names.keys() >= {*value}:
            return super().optgroups(name, value, attr)
        options = [
            self.create_option(name, each, names[each], True, place)
            for place, each in enumerate(value)
        ]
        return [(None, options, 0)]


class RowForm(GuardedForm, Merging, forms.ModelForm):
    """A child row inside the form of its owner; `page` is given where that has drafts."""

    def __init__(self, *args, page=None, **kwargs):
        self.page, row = page, kwargs.get("instance")
        if page and row and row.pk:
            take_up_row(row, page)
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, RowAutocomplete):
                widget.known = self.instance._state.fields_cache.get(name)
            if isinstance(widget, RowsAutocomplete):
                widget.known = self.initial.get(name) or ()
