"""Addresses of the portal in one form, and what stands at them.

key_of(path, query)   how an old address is kept and looked up: decoded, small letters, no slash at
                      its end, the words of the query in order
key_typed(text)       the same of what a person pastes, whole addresses with host included
target_typed(text)    what a redirect keeps of the page that a person pastes
"""

import re
import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override
from django.utils.translation import gettext_lazy as _

from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.content.references import kinds, reference_to

OLD_HOSTS = {"healthyboost.eu", "www.healthyboost.eu"}  # of the site before this portal
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_[ce]id")
REFERENCE = re.compile(r"portal:(?P<kind>[a-z]+)/(?P<slug>[-\w]+)(?P<anchor>#[-\w]+)?", re.ASCII)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
# Where nobody reads pages; some of these addresses carry a secret.
OURS = re.compile(r"/(admin|account|preview|translate|static|api|healthz|readyz|metrics)(/|$)")
MOST_WORDS = 20  # of a query


def key_of(path, query=""):
    """`path` is decoded already."""
    path = re.sub("/+", "/", unicodedata.normalize("NFC", path)).lower().rstrip("/") or "/"
    try:
        words = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_WORDS)
    except ValueError:
        words = []
    words = sorted((name, value) for name, value in words if not TRACKING.fullmatch(name))
    return f"{path}?{urlencode(words)}" if words else path


def key_typed(text):
    path, query, _anchor = parts_of(text)
    return key_of(unquote(path), query)


def parts_of(text):
    """(path, query, anchor) of an address of the portal or of the old site; ValidationError."""
    text = text.strip()
    if UNPRINTABLE.search(unquote(text)):
        raise ValidationError(_("There is a character in the address that no address can hold."))
    own_hosts = OLD_HOSTS | {urlsplit(settings.SITE_ADDRESS).netloc}
    if text.split("/")[0].lower() in own_hosts:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValidationError(_("This is not an address.")) from None
    if parts.scheme or parts.netloc:
        if parts.scheme not in ("http", "https") or parts.netloc.lower() not in own_hosts:
            raise ValidationError(
                _("Only addresses of this portal can stand here, not those of other sites.")
            )
    elif not text.startswith("/"):
        raise ValidationError(_("Write the address from its first slash on: /news/walk"))
    return parts.path or "/", parts.query, parts.fragment


def without_language(path):
    """(language or None, "/news/walk/") of "/lv/news/walk/"."""
    language = get_language_from_path(path)
    return (language, path[len(language) + 1 :] or "/") if language else (None, path)


def matched(path):
    """(what the URLs say, is it one of those in all languages) of a path without language; or None."""
    with override(settings.LANGUAGE_CODE):  # only the prefix of the active language is known
        for prefix in (f"/{settings.LANGUAGE_CODE}", ""):
            for tried in (path, f"{path.rstrip('/')}/"):
                try:
                    return resolve(prefix + tried), bool(prefix)
                except Resolver404:
                    pass
    return None


def page_at(path):
    """The content object whose address `path` (without language) is, or was."""
    match = matched(path)
    if not match or "slug" not in match[0].kwargs:
        return None
    for model in content_models():
        if model.url_name == match[0].view_name:
            try:
                return model.objects.with_slug(match[0].kwargs["slug"])
            except model.DoesNotExist:
                return None
    return None


def page_of(target):
    """The content object that `target` names: portal:articles/walk; None where there is none."""
    named = REFERENCE.fullmatch(target)
    model = named and kinds().get(named["kind"])
    try:
        return model and model.objects.with_slug(named["slug"])
    except model.DoesNotExist:
        return None


def target_typed(text):
    """`portal:articles/walk` for the address of a content object, else the path without language."""
    if REFERENCE.fullmatch(text.strip()):
        page, anchor = page_of(text.strip()), REFERENCE.fullmatch(text.strip())["anchor"] or ""
        if not page:
            raise no_page(text)
        return f"{reference_to(page)}{anchor}"
    path, query, anchor = parts_of(text)
    path = without_language(re.sub("/+", "/", unquote(path)))[1]
    anchor = f"#{anchor}" if anchor else ""
    if page := page_at(path):
        target = f"{reference_to(page)}{anchor}"
        return target if REFERENCE.fullmatch(target) else reference_to(page)
    match = matched(path)
    if not match or is_content(match[0]):
        raise no_page(text)
    if not match[0].kwargs and not path.endswith("/") and match[1]:
        path = f"{path}/"
    return quote(path, safe="/-_.~") + (f"?{query}" if query else "") + anchor


def no_page(text):
    message = _("The portal has no page at “%(address)s”.")
    return ValidationError(message, params={"address": text.strip()[:200]})


def is_content(match):
    return any(model.url_name == match.view_name for model in content_models())


def path_of(target):
    """The path of a target without language, without query and anchor; None where nothing is there."""
    if not target.startswith("portal:"):
        return re.split("[?#]", unquote(target))[0]
    page = page_of(target)
    return without_language(page.get_absolute_url())[1] if page else None


def keys_at(target, language=""):
    """The keys of all addresses that a redirect to `target` may lead to."""
    path = path_of(target) if target else None
    if not path:
        return set()
    match = matched(path)
    if not match or not match[1]:
        return {key_of(path)}
    return {key_of(f"/{code}{path}") for code in ([language] if language else language_codes())}


def is_answered(key):
    """Whether the portal has a page at this address itself, or leads on from it."""
    path = without_language(unquote(key.split("?")[0]))[1]
    match = matched(path)
    if OURS.match(path):
        return True
    if not match:
        return False
    if is_content(match[0]):
        page = page_at(path)
        return bool(page and (page.languages or any(map(page.is_gone_from, language_codes()))))
    return not match[0].kwargs  # what else takes words of its address answers some and not others
