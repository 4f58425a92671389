"""What search engines read in the heads of pages and in the sitemaps, held against each other."""

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from lxml import etree

SPACE = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


class Head(NamedTuple):
    """What a page says of itself; addresses are absolute."""

    canonicals: list
    alternates: dict  # {hreflang: address}
    is_hidden: bool


class Entry(NamedTuple):
    """What a sitemap says of an address."""

    lastmod: str
    alternates: dict


def head_of(html):
    head = html.partition("</head>")[0]
    return Head(
        [unescape(found) for found in re.findall(r'<link rel="canonical" href="([^"]*)"', head)],
        {
            code: unescape(address)
            for code, address in re.findall(
                r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)"', head
            )
        },
        '<meta name="robots" content="noindex' in head,
    )


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def sitemap_files(client):
    """{address: parsed file} of the sitemaps that the index names."""
    index = etree.fromstring(body_of(client.get("/sitemap.xml")))
    addresses = index.xpath("map:sitemap/map:loc/text()", namespaces=SPACE)
    return {
        address: etree.fromstring(body_of(client.get(urlsplit(address).path)))
        for address in addresses
    }


def entries(file):
    """{address: Entry} of a parsed sitemap."""
    return {
        url.findtext("map:loc", namespaces=SPACE): Entry(
            url.findtext("map:lastmod", "", SPACE),
            {link.get("hreflang"): link.get("href") for link in url.findall("xhtml:link", SPACE)},
        )
        for url in file.findall("map:url", SPACE)
    }


def listed_in_sitemaps(client):
    """{address: Entry} of all sitemaps together."""
    found = {}
    for file in sitemap_files(client).values():
        found |= entries(file)
    return found


def faults_of(pages, listed, expected):
    """Sentences on what is wrong with {path: html} and {address: Entry} of all sitemaps.

    `expected` are the addresses of all texts that are public.
    """
    heads = {settings.SITE_ADDRESS + path: head_of(html) for path, html in pages.items()}
    themselves = {address for address, head in heads.items() if address in head.canonicals}
    firsts = {address for address in themselves if not urlsplit(address).query}
    for address, head in heads.items():
        if head.is_hidden:
            if head.canonicals or head.alternates:
                yield f"{address} is hidden and has addresses"
            continue
        if len(head.canonicals) != 1:
            yield f"{address} has {len(head.canonicals)} canonical addresses"
        elif head.canonicals[0] not in themselves:
            yield f"{address} leads to {head.canonicals[0]}, which is not canonical itself"
        if head.alternates and address not in firsts:
            yield f"{address} is not canonical and names alternates"
        if address in firsts:
            if address not in head.alternates.values() or "x-default" not in head.alternates:
                yield f"{address} names neither itself nor a default"
            for other in head.alternates.values():
                if other not in themselves:
                    yield f"{address} names {other}, which is not canonical"
                elif heads[other].alternates != head.alternates:
                    yield f"{address} and {other} do not name the same alternates"
    for address in firsts ^ listed.keys():
        yield f"{address} is {'in no sitemap' if address in firsts else 'no page that we found'}"
    for address in firsts & listed.keys():
        if heads[address].alternates != listed[address].alternates:
            yield f"{address} has other alternates in the sitemap"
    for address in expected - firsts:
        yield f"{address} is public and not canonical"
