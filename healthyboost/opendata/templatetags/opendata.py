"""What the page about open data asks of a dataset."""

from django import template

register = template.Library()


@register.filter
def forms_in(dataset, language):
    """Its forms for a reader of `language`: those in it, and those in all languages."""
    return [form for form in dataset.distributions if form.language in ("", language)]
