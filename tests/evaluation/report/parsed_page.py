"""A page read by a strict parser: every element closed in order, scripts told from text."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "img", "br", "input", "link", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class _Reader(HTMLParser):
    elements: list[Element] = field(default_factory=list)
    opened: list[Element] = field(default_factory=list)

    def __post_init__(self):
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.opened.append(element)

    def handle_endtag(self, tag):
        assert self.opened, f"</{tag}> closes nothing"
        assert self.opened[-1].tag == tag, f"</{tag}> closes <{self.opened[-1].tag}>"
        self.opened.pop()

    def handle_data(self, data):
        for element in self.opened:
            element.text += data

    def handle_comment(self, data):
        raise AssertionError(f"the page holds a comment: {data[:80]}")

    def unknown_decl(self, data):
        raise AssertionError(f"the page holds a declaration: {data[:80]}")


class ParsedPage:
    """The page's elements, and the data of its item browser."""

    def __init__(self, html):
        self.html = html
        reader = _Reader()
        reader.feed(html)
        reader.close()
        assert not reader.opened, f"never closed: {[element.tag for element in reader.opened]}"
        self.elements = reader.elements

    def find(self, tag, **attributes):
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [one for one in self.elements if one.tag == tag and wanted.items() <= one.attributes.items()]

    @property
    def data(self):
        [holder] = self.find("script", id="data")
        return json.loads(holder.text)

    @property
    def text(self):
        [body] = self.find("body")
        return body.text
