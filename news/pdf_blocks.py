"""Rich text as data that a PDF is set from: blocks and what stands in them, no code."""

from html.parser import HTMLParser

INLINE = {"a", "strong", "em", "br", "span"}
MARKS = {
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "tr",
    "td",
    "th",
}
DEEPEST = 12  # nested marks; deeper ones are read as what stands around them
WIDEST = 12  # cells of a row; further ones stand in the last
LONGEST_ADDRESS = 2000


class Blocks(HTMLParser):
    """`.found`: a cleaned text as a tree of texts and {"tag", "of", …}.

    `picture_of(name)` says what stands for a picture in the text, None for nothing;
    `address_of(href)` the address that a link leads to outside the portal.
    """

    def __init__(self, html, picture_of, address_of):
        super().__init__()
        self.picture_of, self.address_of = picture_of, address_of
        self.found = []
        self.open = [{"tag": "", "of": self.found}]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "br":
            self.add({"tag": "br", "of": []})
        elif tag == "img":
            if picture := self.picture_of(attributes.get("data-picture")):
                self.open[0]["of"].append(picture)  # between blocks, never inside one
        elif tag in MARKS | INLINE and len(self.open) < DEEPEST:
            node = {"tag": tag, "of": []}
            if tag == "a":
                node["href"] = self.address_of(attributes.get("href") or "")[:LONGEST_ADDRESS]
            if language := attributes.get("lang"):
                node["lang"] = language
            self.add(node)
            self.open.append(node)

    def handle_endtag(self, tag):
        names = [node["tag"] for node in self.open]
        if tag in names[1:]:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, text):
        self.add("".join(letter for letter in text if letter.isprintable() or letter.isspace()))

    def add(self, node):
        self.open[-1]["of"].append(node)


def blocks_of(html, picture_of, address_of):
    """The tree of Blocks in the form that a page is set from: only blocks on top, tables as rows."""
    return in_blocks(Blocks(html, picture_of, address_of).found)


def in_blocks(nodes):
    blocks, loose = [], []
    for node in nodes:
        if isinstance(node, str) or node["tag"] in INLINE:
            loose.append(node)
            continue
        blocks += paragraph(loose)
        loose = []
        if node["tag"] == "table":
            blocks += table(node)
        elif node["tag"] in ("ul", "ol", "blockquote", "li", "td", "th", "tr"):
            if inner := in_blocks(node["of"]):
                blocks.append({**node, "of": inner})
        else:
            blocks.append(node)
    return blocks + paragraph(loose)


def paragraph(nodes):
    """Nodes between two blocks as a paragraph; nothing where they are blank."""
    said = any(not isinstance(node, str) or node.strip() for node in nodes)
    return [{"tag": "p", "of": nodes}] if said else []


def table(node):
    """A table with rows of one length: a PDF has no use for cells that span others."""
    rows = [each for each in descendants(node) if each["tag"] == "tr"]
    rows = [[cell for cell in row["of"] if is_cell(cell)] for row in rows]
    width = min(WIDEST, max((len(row) for row in rows), default=0))
    if not width:
        return in_blocks(node["of"])
    cells = []
    for row in rows:
        merged = [in_blocks(cell["of"]) for cell in row[:width]]
        for cell in row[width:]:
            merged[-1] += in_blocks(cell["of"])
        cells.append(merged + [[] for missing in range(width - len(merged))])
    has_head = bool(rows[0]) and all(cell["tag"] == "th" for cell in rows[0])
    return [{"tag": "table", "width": width, "rows": cells, "has_head": has_head, "of": []}]


def is_cell(node):
    return isinstance(node, dict) and node["tag"] in ("td", "th")


def descendants(node):
    """The marks of a table in their order, but for those of a table inside it."""
    for each in node["of"]:
        if isinstance(each, dict):
            yield each
            if each["tag"] != "table":
                yield from descendants(each)
