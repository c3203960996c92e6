"""The record of a search as it was run, with what PRISMA-S asks of it (Rethlefsen et al., Syst Rev 2021;10:39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from indexer.search.editions import chosen_editions
from indexer.search.engine import Sort
from indexer.search.hits import SearchResult
from search_web.display import label, named
from search_web.messages import Messages


@dataclass(frozen=True)
class AuditLine:
    """An item of the record; `key` is the end of the message's key, `audit.<key>`."""

    key: str
    values: tuple[str, ...]
    code: bool = False
    """They are to be copied letter by letter."""


def editions_of(result: SearchResult) -> tuple[str, ...]:
    """The editions that a result used, one of each family."""
    return tuple(chosen_editions(result.request.editions, result.manifest.editions).values())


def audit(result: SearchResult, messages: Messages, now: datetime, address: str) -> list[AuditLine]:
    """The items of a search's record, in the order in which they are reported.

    Args:
        result: The search.
        messages: The interface's words.
        now: When it was run, UTC.
        address: Repeats it.
    """
    request, manifest = result.request, result.manifest
    nothing = (messages("audit.nothing"),)
    filters = tuple(
        named(messages, facet, messages("list.or").join(label(messages, facet, one) for one in choices))
        for facet, choices in request.filters.chosen.items()
    )
    forms = tuple(
        f"{one.text} → " + messages("list.comma").join(form.text for form in one.forms) for one in result.expansions
    )
    typed_only = tuple(messages("expansions.left_out", text=one.text) for one in result.not_expanded)
    if not request.expand:
        typed_only = (messages("expansions.off"),)
    ignored = tuple(messages("ignored." + part.reason.value, text=part.text) for part in result.ignored)
    relevant = request.text or request.sort is not Sort.RELEVANCE
    return [
        AuditLine("database", (messages("audit.database.value", count=manifest.documents),)),
        AuditLine("date", (f"{now:%Y-%m-%d %H:%M} UTC",)),
        AuditLine("query", (request.text,) if request.text else (messages("audit.everything"),), bool(request.text)),
        AuditLine("reading", (result.parsed,) if result.parsed else nothing, bool(result.parsed)),
        AuditLine("match", (messages("match." + request.match.value),)),
        AuditLine("expansions", (*forms, *typed_only) or nothing),
        AuditLine("ignored", ignored or nothing),
        AuditLine("filters", filters or nothing),
        AuditLine("editions", editions_of(result) or nothing),
        AuditLine("sort", (messages("sort." + (request.sort if relevant else Sort.NEWEST).value),)),
        AuditLine("count", (messages("results.count", count=result.total), *_relaxed(result, messages))),
        AuditLine(
            "generation", (f"{manifest.generation} ({manifest.built_at[:16].replace('T', ' ')} UTC)",), code=True
        ),
        AuditLine("repeat", (address,), code=True),
    ]


def _relaxed(result: SearchResult, messages: Messages) -> tuple[str, ...]:
    relaxation = result.relaxation
    if relaxation is None or not relaxation.most_words:
        return ()
    kind = "some" if relaxation.all_words else "none"
    return (messages("results.relaxed." + kind, all_words=relaxation.all_words, most_words=relaxation.most_words),)


def as_text(lines: list[AuditLine], messages: Messages) -> str:
    """The record as plain text, to be copied into a protocol or an appendix."""
    between = messages("list.semicolon")
    return "\n".join(
        messages("list.named", name=messages("audit." + line.key), value=between.join(line.values)) for line in lines
    )
