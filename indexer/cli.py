"""The `medsearch` command: build, update, delete, rollback, search, terms, stats, export.

`serve` joins it from `search_web`.

Whatever a user can cause ends in one sentence on standard error and an exit code: 1 for what could not be done, 2 for
a command that can't be understood.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count, islice
from typing import IO, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from indexer import __version__, analysis
from indexer import build as building
from indexer.build import BuildOptions, Stage
from indexer.build import Progress as BuildProgress
from indexer.config import DEFAULT_INDEX, WORDS_VARIABLE
from indexer.engines import open_engine, rollback
from indexer.errors import ExportError, MedsearchError
from indexer.export import FORMATS, entries
from indexer.report import Report, counted, read_report, report_lines
from indexer.search.engine import Sort
from indexer.search.filters import UNKNOWN, parse_filters
from indexer.search.hits import MAX_PER_PAGE, Fragments, Hit, Match, SearchRequest, SearchResult
from indexer.search.searcher import found_records, search
from indexer.sources import Options
from indexer.sources.mapping import read_mapping
from indexer.terms.lexicon import Entry, EntryForm, Lexicon

PLAIN_INTERVAL_SECONDS = 5.0
"""Between two lines of progress where there is no terminal."""


class MedsearchCommand(click.Command):
    """A command that ends in a sentence, not a traceback, on errors that we name."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except MedsearchError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            # It may have come when the switch was made already.
            click.echo("stopped; nothing is left half-done, and `medsearch stats` shows what the index holds", err=True)
            ctx.exit(130)


class MedsearchGroup(click.Group):
    """The commands; those that join it elsewhere speak of errors in the same way."""

    command_class = MedsearchCommand


index_option = click.option(
    "--index",
    default=DEFAULT_INDEX,
    envvar="MEDSEARCH_INDEX",
    show_default=True,
    show_envvar=True,
    metavar="DIR",
    help="Where the index is: a folder, or opensearch+https://HOST:9200/NAME of a cluster.",
)


filter_option = click.option(
    "--filter", "filters", default="", metavar="FILTER", help="As 'quartile:Q1|Q2,year:2020-2024'."
)
edition_option = click.option(
    "--edition", "editions", multiple=True, metavar="NAME", help="As 'JCR 2024'; the newest by default."
)
match_option = click.option(
    "--match", type=click.Choice([m.value for m in Match]), default=Match.AUTO.value, show_default=True
)
sort_option = click.option(
    "--sort", type=click.Choice([s.value for s in Sort]), default=Sort.RELEVANCE.value, show_default=True
)
expand_option = click.option(
    "--no-expand", is_flag=True, help="Search what is typed only, without other names of what it means."
)


_ABOUT_WORDS = f"""{WORDS_VARIABLE} names files of Chinese words, one a line, that texts and queries are cut into
besides those of the dictionary; several stand with a colon between them (on Windows a semicolon). An index is searched
with the same files as it was built with."""


@click.group(cls=MedsearchGroup, epilog=_ABOUT_WORDS)
@click.version_option(__version__, prog_name="medsearch")
def main() -> None:
    """Search over collections of medical abstracts, in English and Chinese."""


strict_option = click.option("--strict", is_flag=True, help="Publish nothing where a record is skipped.")


map_option = click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="A column or key of the sources and the field that it holds; or a file of such lines. Repeatable.",
)


@main.command("build")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@index_option
@click.option("--journals", multiple=True, metavar="FILE", help="A table of journal metrics or names. Repeatable.")
@click.option(
    "--terms",
    multiple=True,
    metavar="FILE",
    help="A table of terms in English and Chinese: MeSH, ICD-10, HPO or your own. Repeatable.",
)
@map_option
@strict_option
def build_command(
    sources: tuple[str, ...],
    index: str,
    journals: tuple[str, ...],
    terms: tuple[str, ...],
    columns: tuple[str, ...],
    *,
    strict: bool,
) -> None:
    """Build an index of the records in SOURCE... and publish it in one step.

    A SOURCE is a file of records, a folder of files, a quoted glob such as 'data/**/*.txt', or a zip of files. What is
    no record is skipped and reported. The index that was there serves until the new one is complete, and is then
    replaced by it.
    """
    started = time.perf_counter()
    with _progress() as progress:
        options = BuildOptions(Options(read_mapping(columns)), journals, terms, strict=strict, progress=progress)
        report = building.build(sources, index, options)
    _say(report, index, started)


@main.command("update")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@index_option
@map_option
@strict_option
def update_command(sources: tuple[str, ...], index: str, columns: tuple[str, ...], *, strict: bool) -> None:
    """Add the records in SOURCE... to the index, in place of those of the same identity or PMID.

    What a source takes back (PubMed's DeleteCitation) is removed. The tables of journals and terms, and what the
    collection taught, are those of the build. The changes are published in one step.
    """
    started = time.perf_counter()
    with _progress() as progress:
        options = BuildOptions(Options(read_mapping(columns)), strict=strict, progress=progress)
        report = building.update(sources, index, options)
    _say(report, index, started)


@main.command("delete")
@click.argument("names", nargs=-1, required=True, metavar="ID...")
@index_option
def delete_command(names: tuple[str, ...], index: str) -> None:
    """Remove documents from the index. An ID is a DOI, PMID or PMCID, or an identity as a search shows it."""
    started = time.perf_counter()
    report, unknown = building.delete(names, index)
    for name in unknown:
        click.echo(f"no document is named {name}", err=True)
    _say(report, index, started)


@main.command("rollback")
@index_option
def rollback_command(index: str) -> None:
    """Serve the index again as it was before the latest build, update or delete.

    That one is kept, so that a second rollback takes the first back.
    """
    manifest = rollback(index)
    click.echo(f"published {manifest.generation} in {index}, {counted(manifest.documents, 'document')}")


@main.command("export")
@index_option
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="jsonl", show_default=True)
@click.option("--query", "text", metavar="TEXT", help="Only what a search for TEXT finds, in its order.")
@filter_option
@edition_option
@match_option
@sort_option
@expand_option
@click.option(
    "--output", type=click.File("wb", lazy=True), default="-", metavar="FILE", help="Standard output by default."
)
def export_command(
    index: str,
    format_: str,
    text: str | None,
    filters: str,
    editions: tuple[str, ...],
    match: str,
    sort: str,
    output: IO[bytes],
    *,
    no_expand: bool,
) -> None:
    """Write the records of the index, or those that a search finds, all of them and in its order.

    With --query or --filter it is a search, as the search command does it. Records are written with the metrics that
    are shown, of the newest editions or those named. JSON lines hold besides these what a record itself says, and are
    what the build command reads back without loss.
    """
    engine = open_engine(index)
    written = count()
    try:
        records = engine.records()
        if text is not None or filters:
            records = found_records(
                engine,
                SearchRequest(
                    text=text or "",
                    match=Match(match),
                    filters=parse_filters(filters),
                    editions=editions,
                    sort=Sort(sort),
                    expand=not no_expand,
                ),
            )
        counting = (entry for entry, _ in zip(entries(engine, records, editions), written, strict=False))
        for piece in FORMATS[format_].write(counting):
            output.write(piece)
        output.flush()
    except BrokenPipeError:
        raise  # click ends quietly where a reader such as `head` has enough
    except OSError as error:
        with suppress(OSError):
            output.close()  # now, for what is left in its buffer would fail again where nobody names it
        raise ExportError(
            f"can't write the records ({error.strerror or error}); what was written is not whole"
        ) from error
    finally:
        engine.close()
    click.echo(f"{counted(next(written), 'record')} written", err=True)


def _say(report: Report, index: str, started: float) -> None:
    for line in report_lines(report):
        click.echo(line)
    click.echo(f"published {report.generation} in {index} after {time.perf_counter() - started:.1f} s")


@main.command("search")
@click.argument("query", nargs=-1)
@index_option
@filter_option
@edition_option
@match_option
@sort_option
@expand_option
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--per-page", type=click.IntRange(1, MAX_PER_PAGE), default=10, show_default=True)
def search_command(
    query: tuple[str, ...],
    index: str,
    filters: str,
    editions: tuple[str, ...],
    match: str,
    sort: str,
    page: int,
    per_page: int,
    *,
    no_expand: bool,
) -> None:
    """Search the index for QUERY and print the hits, with the counts of each facet.

    Words must all occur; "quoted words" stand together, "quoted words"~5 near each other; wild*cards; AND, OR, NOT and
    parentheses combine. title: author: journal: and other fields narrow, as do PubMed's tags ([ti], [au], [dp]) and
    ranges (year:2020-2024, date:2024-03..2024-06, impact_factor:>5). The README has all of it. The shell wants a query
    with quotes, brackets or stars quoted: medsearch search '"heart failure"[ti] elderly'. Other names of what the words
    mean, in both languages, are searched as well, except in quotes.
    """
    engine = open_engine(index)
    try:
        request = SearchRequest(
            text=" ".join(query),
            match=Match(match),
            filters=parse_filters(filters),
            editions=editions,
            sort=Sort(sort),
            page=page,
            per_page=per_page,
            expand=not no_expand,
        )
        for line in _result_lines(search(engine, request, partial=True)):
            click.echo(line)
    finally:
        engine.close()


@main.command("terms")
@click.argument("text", nargs=-1)
@index_option
@click.option("--source", metavar="NAME", help="Only what this source says: medsearch, a table, a way of learning.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Terms to print at most.")
def terms_command(text: tuple[str, ...], index: str, source: str | None, limit: int) -> None:
    """Print the terms that the index knows by TEXT or a name that begins so; without TEXT all of them.

    For each: its names in both languages, what they are to it, and where they are known from (medsearch's own terms, a
    table's name, or how the documents taught it, with the number of documents).
    """
    engine = open_engine(index)
    try:
        found = _terms(engine.terms(), " ".join(text), source)
        printed = 0
        for entry in islice(found, limit):
            printed += 1
            for line in _entry_lines(entry):
                click.echo(line)
        if not printed:
            click.echo("no term begins so" if text else "no term is known")
        elif next(found, None) is not None:
            click.echo(f"... more: raise --limit (now {limit}) or type more of the name")
    finally:
        engine.close()


@main.command("stats")
@index_option
def stats_command(index: str) -> None:
    """Show what the index holds and the report of its build."""
    engine = open_engine(index)
    try:
        report = read_report(engine.report())
        click.echo(
            f"{counted(engine.manifest.documents, 'document')}, generation {engine.manifest.generation}, "
            f"built {report.built_at}"
        )
        for line in report_lines(report):
            click.echo(line)
    finally:
        engine.close()


def _terms(lexicon: Lexicon, text: str, source: str | None) -> Iterator[Entry]:
    """The concepts of a name, then those of which a name begins so."""
    exact = [
        entry
        for entry in (lexicon.concepts(analysis.key(text)) if text else ())
        if source is None or any(source in form.sources for form in entry.forms)
    ]
    yield from exact
    shown = {entry.id for entry in exact}
    yield from (entry for entry in lexicon.entries(text, source) if entry.id not in shown)


def _entry_lines(entry: Entry) -> Iterator[str]:
    yield " / ".join(name for name in (entry.preferred("en"), entry.preferred("zh")) if name)
    for form in entry.forms:
        yield f"  {form.language} {form.role.value:<12} {form.text}  ({_known_from(form)})"


def _known_from(form: EntryForm) -> str:
    sources = ", ".join(form.sources)
    return sources if form.evidence is None else f"{sources}: {counted(form.evidence, 'document')}"


def _result_lines(result: SearchResult) -> Iterator[str]:
    shown = counted(result.total, "document") + (f" for {result.parsed}" if result.parsed else "")
    if result.relaxation:
        shown += f": {result.relaxation.all_words} hold all words, {result.relaxation.most_words} most of them"
    yield f"{shown} ({result.took_ms:.0f} ms)"
    if result.partial:
        yield (
            f"NOT WHOLE: {result.partial.answered} of {result.partial.parts} parts of the index answered; documents "
            "and counts of the others are missing"
        )
    for part in result.ignored:
        yield f"ignored {part.text!r}: {part.reason.value.replace('_', ' ')}"
    if result.correction:
        yield f"did you mean: {result.correction.text}"
    for expansion in result.expansions:
        known = "; ".join(dict.fromkeys(_known_from(form) for form in expansion.forms))
        yield f"also searched for {expansion.text}: {', '.join(form.text for form in expansion.forms)} ({known})"
    first = (result.request.page - 1) * result.request.per_page + 1
    for number, hit in enumerate(result.hits, first):
        yield from _hit_lines(number, hit)
    for facet in result.facets:
        values = ", ".join(
            f"{value.value} {value.count}" for value in facet.values if value.value != UNKNOWN or value.count
        )
        if values:
            yield f"{facet.name}: {values}" + (", ..." if facet.distinct > len(facet.values) else "")


def _hit_lines(number: int, hit: Hit) -> Iterator[str]:
    record = hit.record
    titles = [text for text in (record.title_en, record.title_zh) if text]
    yield f"{number}. {' / '.join(titles) or record.id}"
    facts = [
        "RETRACTED" if record.retracted else None,
        record.journal,
        None if record.year is None else str(record.year),
        record.jcr_quartile,
        None if record.cas_zone is None else f"CAS {record.cas_zone}",
        None if record.impact_factor is None else f"IF {record.impact_factor:g}",
        record.id,
    ]
    yield "   " + " · ".join(fact for fact in facts if fact)
    for snippet in (hit.snippet_en, hit.snippet_zh):
        if snippet:
            yield "   " + _plain(snippet)


def _plain(fragments: Fragments) -> str:
    return "".join(f"[{part.text}]" if part.matched else part.text for part in fragments).replace("\n", " ")


@contextmanager
def _progress() -> Iterator[BuildProgress]:
    """A progress bar on a terminal, a line every few seconds elsewhere; on standard error."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        ) as bar:
            yield _bar_progress(bar)
    else:
        yield _plain_progress()


def _rate(done: int, seconds: float) -> str:
    return f"{done / seconds:.0f}/s" if seconds > 0 else ""


def _time_left(done: int, total: int | None, seconds: float) -> str:
    """How long it takes to do the rest at the same rate, as `0:12:30 left`; "" where that is not known."""
    if not done or total is None or not seconds:
        return ""
    return f"{timedelta(seconds=round((total - done) * seconds / done))} left"


def _bar_progress(bar: Progress) -> BuildProgress:
    tasks: dict[Stage, Any] = {}
    began: dict[Stage, float] = {}

    def show(stage: Stage, done: int, total: int | None) -> None:
        if stage not in tasks:
            for task in tasks.values():
                bar.remove_task(task)
            tasks.clear()
            tasks[stage] = bar.add_task(stage.value, total=total, rate="")
            began[stage] = time.perf_counter()
        if done % 50 == 0 or done == total:
            bar.update(tasks[stage], completed=done, total=total, rate=_rate(done, time.perf_counter() - began[stage]))

    return show


def _plain_progress() -> BuildProgress:
    began: dict[Stage, float] = {}
    last = [time.perf_counter()]

    def show(stage: Stage, done: int, total: int | None) -> None:
        now = time.perf_counter()
        is_new = stage not in began
        began.setdefault(stage, now)
        if is_new or now - last[0] >= PLAIN_INTERVAL_SECONDS:
            last[0] = now
            of = counted(done, "record") if total is None else f"{done} of {counted(total, 'record')}"
            seconds = now - began[stage]
            said = (f"{stage.value}: {of}", _rate(done, seconds), _time_left(done, total, seconds))
            click.echo(", ".join(filter(None, said)), err=True)

    return show
