"""What a browser would send of the form for clinicians, read from its page."""

from html.parser import HTMLParser
from urllib.parse import urlencode

URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


class _Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.fields, self.ids, self.inside, self.select, self.templates = [], [], False, None, 0

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.templates += tag == "template"
        if self.templates:
            return
        self.ids += [found["id"]] if "id" in found else []
        if tag == "form":
            self.inside = found.get("id") == "record"
        belongs = self.inside or found.get("form") == "record"
        if tag == "input" and belongs and "name" in found and (found.get("type") != "checkbox" or "checked" in found):
            self.fields.append((found["name"], found.get("value", "")))
        if tag == "select" and belongs and "name" in found:
            self.select = found["name"]
            self.fields.append((self.select, ""))
        if tag == "option" and self.select and "selected" in found:
            self.fields[-1] = (self.select, found["value"])

    def handle_endtag(self, tag):
        self.templates -= tag == "template"
        self.inside = self.inside and tag != "form"
        self.select = None if tag == "select" else self.select


def fields_of(page):
    """Return the names and values that a browser would send, in their order."""
    reader = _Fields()
    reader.feed(page)
    return reader.fields


def ids_of(page):
    """Return every id on the page."""
    reader = _Fields()
    reader.feed(page)
    return reader.ids


def send(client, fields, path="/clinicians", **more):
    """Send the form with some fields more, or others instead."""
    sent = [(name, value) for name, value in fields if name not in more]
    return client.post(path, content=urlencode([*sent, *more.items()]), headers=URLENCODED)


def is_too_wide(page):
    """Return by how many pixels the page is wider than the window."""
    return max(0, page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
