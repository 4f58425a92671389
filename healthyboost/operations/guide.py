"""The guide for those who run the portal: one text, read here by administrators and in the repository."""

import functools
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

SOURCE = Path(__file__).with_name("guide.md")


def may_read(user):
    return user.has_perm("accounts.change_user")


@functools.cache
def guide():
    """(HTML without its title, [(id, heading)]); the text is ours, so that all of it may be shown."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(SOURCE.read_text(encoding="utf-8").split("\n", 1)[1])
    headings = []
    for token, inside in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open":
            token.attrSet("id", slugify(inside.content))
            headings.append((token.attrGet("id"), inside.content))
        if token.type in ("table_open", "code_block"):
            token.attrSet("tabindex", "0")  # it can be scrolled where it is wider than the screen
    return mark_safe(reader.renderer.render(tokens, reader.options, {})), headings


@require_safe
def guide_view(request):
    from django.contrib import admin

    if not may_read(request.user):
        raise PermissionDenied
    text, headings = guide()
    context = {"title": _("Running the portal"), "text": text, "headings": headings}
    return render(
        request, "admin/operations/guide.html", admin.site.each_context(request) | context
    )


def urls(site):
    return [path("operations/", site.admin_view(guide_view), name="operations")]
