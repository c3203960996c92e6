"""HTML into a tree, strictly: an end tag that closes nothing, or an element left open, fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, white space collapsed."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()

    def all(self, name: str | None = None, /, **attributes: str) -> list[Element]:
        """Elements in it, itself among them; `class_` is one of the classes, other attributes are exact."""
        found = [self] if self._is(name, attributes) else []
        for child in self.children:
            if isinstance(child, Element):
                found.extend(child.all(name, **attributes))
        return found

    def one(self, name: str | None = None, /, **attributes: str) -> Element:
        found = self.all(name, **attributes)
        assert len(found) == 1, (name, attributes, len(found))
        return found[0]

    def _is(self, name: str | None, attributes: dict[str, str]) -> bool:
        if name is not None and self.name != name:
            return False
        for key, value in attributes.items():
            if key == "class_":
                if value not in self.attributes.get("class", "").split():
                    return False
            elif self.attributes.get(key.replace("_", "-")) != value:
                return False
        return True


def sent(form: Element, *changes: tuple[str, str]) -> str:
    """The address that a form sends by its first button; `changes` are fields filled in or boxes ticked besides."""
    pairs: list[tuple[str, str]] = []
    filled = dict(changes)
    for field_ in form.all():
        name, kind = field_.attributes.get("name", ""), field_.attributes.get("type", "")
        if not name or field_.name not in {"input", "select"}:
            continue
        if field_.name == "select":
            options = field_.all("option")
            chosen = next((one for one in options if "selected" in one.attributes), options[0])
            pairs.append((name, filled.pop(name, chosen.attributes.get("value", chosen.text))))
        elif kind in {"checkbox", "radio"}:
            if "checked" in field_.attributes:
                pairs.append((name, field_.attributes["value"]))
        else:
            pairs.append((name, filled.pop(name, field_.attributes.get("value", ""))))
    ticked = [(name, value) for name, value in changes if name in filled]
    return f"{form.attributes['action']}?{urlencode(pairs + ticked)}"


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [Element("#root", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack[-1].name == tag, f"</{tag}> closes <{self.stack[-1].name}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def parse(html: str) -> Element:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.stack) == 1, f"left open: {[element.name for element in builder.stack[1:]]}"
    return builder.stack[0]
