from django import forms
from django.conf import settings
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from healthyboost.content.languages import wording
from healthyboost.content.models import Theme

from .addresses import LONGEST, normalised

HONEYPOT = "homepage"  # hidden from people; who fills it in is told nothing and gets nothing


class AddressForm(forms.Form):
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=LONGEST,
        error_messages={"max_length": _("This address is too long.")},
    )

    def clean_email(self):
        return normalised(self.cleaned_data["email"])


class ChoiceForm(forms.Form):
    language = forms.ChoiceField(label=_("Language of the newsletter"))
    themes = forms.ModelMultipleChoiceField(
        label=_("Themes"), queryset=Theme.objects.none(), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [
            (code, get_language_info(code)["name_local"].capitalize())
            for code, _name in settings.LANGUAGES
        ]
        self.fields["themes"].queryset = Theme.objects.filter(kind=Theme.Kind.AREA, parent=None)

    def theme_choices(self):
        """[{value, name, language, is_chosen}], the language where the name is in another one."""
        reader, themes = get_language(), self.fields["themes"]
        chosen = {str(getattr(each, "pk", each)) for each in self["themes"].value() or ()}
        choices = []
        for theme in themes.queryset:
            name, language = wording(theme, "name", reader)
            choices.append(
                {
                    "value": theme.pk,
                    "name": name or theme.slug,
                    "language": language if name and language != reader else "",
                    "is_chosen": str(theme.pk) in chosen,
                }
            )
        return choices


class SubscribeForm(AddressForm, ChoiceForm):
    consent = forms.BooleanField(
        error_messages={"required": _("Tick this box, so that we may write to you.")}
    )
