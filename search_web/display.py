"""Values as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from indexer import schema
from indexer.languages import language_name
from indexer.search.filters import UNKNOWN, Choice, Span
from indexer.search.hits import Fragments, Ignored
from search_web.messages import Messages


def marked(fragments: Fragments) -> Markup:
    """Fragments as HTML, escaped, with matches in `<mark>`."""
    # As plain strings, since Markup's own formatting takes several times as long for the dozens of a page.
    pieces = ((part.matched, str(escape(part.text))) for part in fragments)
    return Markup("".join(f"<mark>{text}</mark>" if matched else text for matched, text in pieces))  # noqa: S704  escaped


def marked_query(text: str, ignored: Sequence[Ignored]) -> Markup:
    """A query with what was not used as typed in `<mark>`, each where it stands."""
    pieces: list[Markup] = []
    done = 0
    for part in sorted(ignored, key=lambda one: (one.start, -len(one.text))):
        end = part.start + len(part.text)
        if part.start < done or text[part.start : end] != part.text or not part.text:
            continue
        pieces += [escape(text[done : part.start]), Markup('<mark class="unused">{}</mark>').format(part.text)]
        done = end
    return Markup().join([*pieces, escape(text[done:])])


def label(messages: Messages, facet: str, choice: Choice) -> str:
    """A facet's value as the interface names it."""
    if isinstance(choice, Span):
        if choice.low is None:
            return messages("value.to", high=choice.high)
        if choice.high is None:
            return messages("value.from", low=choice.low)
        return (
            str(choice.low)
            if choice.low == choice.high
            else messages("value.between", low=choice.low, high=choice.high)
        )
    if choice == UNKNOWN:
        return messages("value.unknown")
    if facet == "zone":
        return messages("value.zone", value=choice)
    if facet == "type":
        return messages.publication_type(choice)
    if facet == "language":
        return language_name(choice, messages.language)
    if facet in ("open_access", "warning") and choice in ("yes", "no"):
        return messages("value." + facet + "." + choice)
    return choice


def named(messages: Messages, facet: str, values: str) -> str:
    """What is chosen in a facet, behind the facet's name."""
    return messages("list.named", name=messages("facet." + facet), value=values)


def choice_of(facet: str, value: str) -> Choice:
    """The choice that a facet's value stands for."""
    if schema.BY_NAME[facet].kind is schema.Kind.INTEGER and value != UNKNOWN:
        return Span(int(value), int(value))
    return value


def number(value: float) -> str:
    """A number without zeros that say nothing: 12.4, 3, 0.65."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
