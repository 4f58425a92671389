"""What rich texts refer to by name, and what a reader gets for it.

A text holds `<a href="portal:articles/walk">` and `<img data-picture="park">`: the kind and the slug
of a page, the name of a picture. Address, language, file and description are looked up when the text
is shown, so that a link follows its page to a new slug and never leads to what nobody may see.
"""

import re
from collections import defaultdict
from types import SimpleNamespace

from django.apps import apps
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import format_html, strip_tags
from django.utils.translation import get_language, override

from .attached import FormerSlug
from .gathering import gather
from .page import content_models
from .stray import Finding, paragraphs

LINK = re.compile(
    r'<a (?P<before>[^>]*)href="portal:(?P<kind>[a-z]+)/(?P<slug>[-\w]+)(?P<anchor>#[-\w]+)?"'
    r"(?P<after>[^>]*)>(?P<words>.*?)</a>",
    re.S,
)
PICTURE = re.compile(r'<img data-picture="(?P<name>[-\w]+)">')


def kinds():
    """{name in a reference, also that of the folder in a dump: content type} of what has pages."""
    return {f"{model._meta.model_name}s": model for model in content_models() if model.url_name}


def reference_to(page):
    """What a text says to link to `page`."""
    return f"portal:{page._meta.model_name}s/{page.slug}"


class Targets:
    """The pages and pictures that some HTML refers to: one query for all, none where it has none."""

    def __init__(self, html):
        slugs, models = defaultdict(set), kinds()
        for link in LINK.finditer(html):
            if link["kind"] in models:
                slugs[link["kind"]].add(link["slug"])
        wanted = {}
        for kind, names in slugs.items():
            former = FormerSlug.of(models[kind]).filter(slug__in=names)
            named = Q(slug__in=names) | Q(id__in=former.values("object_id"))
            wanted[kind] = models[kind].objects.filter(named).for_lists()
            wanted[f"former {kind}"] = former
        if names := set(PICTURE.findall(html)):
            wanted["pictures"] = (
                apps.get_model("media.Picture").objects.agreed().filter(name__in=names)
            )
        found = gather(**wanted) if wanted else {}
        self.pictures = {picture.name: picture for picture in found.get("pictures", ())}
        self.pages = {}
        for kind in slugs:
            by_id = {page.pk: page for page in found[kind]}
            for former in found[f"former {kind}"]:
                self.pages[kind, former.slug] = by_id.get(former.object_id)
            self.pages |= {(kind, page.slug): page for page in found[kind]}

    def page(self, link):
        return self.pages.get((link["kind"], link["slug"]))


def resolved(html, around=None):
    """`html` with links to pages as they are now, and with the pictures that it names.

    `around` is the language of the text; addresses are those of the active language.
    """
    if "portal:" not in html and "data-picture=" not in html:
        return html
    targets = Targets(html)
    shown = SimpleNamespace(language=around or get_language())

    def figure(named):
        picture = targets.pictures.get(named["name"])
        context = {"each": picture, "shown": shown, "lazy": True}
        return render_to_string("content/_figure.html", context).strip() if picture else ""

    html = LINK.sub(lambda link: linked(link, targets.page(link)), html)
    return PICTURE.sub(figure, html)


def linked(link, page):
    """The link as a reader follows it; its mere words where there is nothing that she may see."""
    language = page and page.language_found_in(get_language())
    if not language:
        return link["words"]
    # where her language was withdrawn, its address would only say so
    with override(language if page.is_gone_from(get_language()) else get_language()):
        address = page.get_absolute_url()
    other = "" if language == get_language() else format_html(' hreflang="{}"', language)
    return (
        f'<a {link["before"]}href="{address}{link["anchor"] or ""}"{other}{link["after"]}>'
        f"{link['words']}</a>"
    )


def lost_references(*texts):
    """Findings of what `texts` refer to and no reader gets; their excerpt is the words of a link."""
    html = "\n".join(text or "" for text in texts)
    if "portal:" not in html and "data-picture=" not in html:
        return []
    targets, findings = Targets(html), []
    for found in sorted([*LINK.finditer(html), *PICTURE.finditer(html)], key=re.Match.start):
        place = max(1, len(paragraphs(html[: found.end()])))
        if found.re is PICTURE:
            if found["name"] not in targets.pictures:
                findings.append(Finding("lost picture", found["name"], place))
            continue
        page = targets.page(found)
        if not page or not page.languages:
            kind = "hidden page" if page else "lost page"
            findings.append(Finding(kind, strip_tags(found["words"]), place))
    return findings
