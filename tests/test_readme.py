"""Both READMEs are true: their commands run, their answers are those given, their tables name what the code knows."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from indexer import schema
from indexer.config import WORDS_VARIABLE
from indexer.export import FORMATS as EXPORTS
from indexer.journals import read_tables
from indexer.search.compile import Reading, compile_query
from indexer.search.engine import Sort
from indexer.search.fields import SEARCH_FIELDS, SearchField
from indexer.search.hits import MAX_OFFSET, MAX_PER_PAGE, Match
from indexer.search.parse import MAX_CHARACTERS
from indexer.sources import Read, read
from indexer.sources.formats import FORMATS
from indexer.sources.mapping import read_mapping
from indexer.terms.learned import ABBREVIATION, KEYWORDS, PARENTHESES, TITLES
from indexer.terms.lexicon import Kind
from indexer.terms.ours import ours
from indexer.terms.tables import read_terms
from search_web.endpoint import DEFAULT_FACET_VALUES, MAX_FACET_VALUES, OPERATIONS, SEARCH
from search_web.settings import DEFAULT_TIME_LIMIT, OPTIONS
from search_web.suggestions import MAX_SUGGESTIONS
from tests.conftest import REPOSITORY, SAMPLES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pytest brings it where the standard library has none

ENGLISH = REPOSITORY / "README.md"
CHINESE = REPOSITORY / "README.zh.md"
SHOWN_ADDRESS = "http://127.0.0.1:8000"
WAIT_SECONDS = 120
VARYING = {"took_ms", "generation", "built_at", "score"}
"""Values of an answer that are not the same twice."""

both = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=["en", "zh"])


@dataclass(frozen=True)
class Fence:
    """A fenced block."""

    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        if self.language == "sh":
            return [line for line in self.text.splitlines() if line.strip()]
        if self.language == "console":
            return [line[2:] for line in self.text.splitlines() if line.startswith("$ ")]
        return []


def fences(readme: Path) -> list[Fence]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Fence(language, text) for language, text in blocks]


def only(readme: Path, language: str, beginning: str = "") -> str:
    (found,) = [
        fence.text for fence in fences(readme) if fence.language == language and fence.text.startswith(beginning)
    ]
    return found


def tables(readme: Path) -> dict[str, list[list[str]]]:
    """Rows of cells, by the heading of the table's first column."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in [*readme.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif rows:
            heading = rows[0][0]
            found.setdefault(heading, []).extend(rows[2:])
            rows = []
    return found


def table(readme: Path, english: str, chinese: str) -> list[list[str]]:
    return tables(readme)[english if readme == ENGLISH else chinese]


def code(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


def test_both_show_the_same_blocks() -> None:
    assert fences(ENGLISH) == fences(CHINESE)
    assert any(fence.commands for fence in fences(ENGLISH))


@pytest.mark.parametrize("name", ["start", "test"])
def test_scripts_are_executable_and_parse(name: str) -> None:
    script = REPOSITORY / "scripts" / name
    assert f"scripts/{name}" in [command for fence in fences(ENGLISH) for command in fence.commands]
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)


@both
def test_links_lead_somewhere(readme: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", readme.read_text(encoding="utf-8"))
    missing = [
        target
        for target in targets
        if not urlsplit(target).scheme and not (readme.parent / target.partition("#")[0]).exists()
    ]
    assert not missing
    assert (CHINESE if readme == ENGLISH else ENGLISH).name in targets


@both
def test_examples_of_records_are_read(readme: Path, tmp_path: Path) -> None:
    seed, lines = tmp_path / "seed.txt", tmp_path / "lines.jsonl"
    seed.write_text(only(readme, "text"), encoding="utf-8")
    lines.write_text(only(readme, "jsonl"), encoding="utf-8")

    (outcome,) = read(seed)
    assert isinstance(outcome, Read)
    record = outcome.record
    assert record.id == "doi:10.5555/example.1"
    assert record.title_en == "Early walking after surgery for hip fracture: a fictional trial"
    assert record.title_zh == "髋部骨折术后早期下床：一项虚构的试验"
    assert record.abstract_en == "We invented 120 patients, half of whom walked on the first day. Nothing was measured."
    assert record.journal == "Example Journal of Rehabilitation"
    assert record.journal_description == "A journal that does not exist."
    assert (record.volume, record.issue, record.year, record.cas_zone) == ("12", "3", 2024, 2)

    outcomes = list(read(lines))
    assert all(isinstance(outcome, Read) for outcome in outcomes)
    assert len(outcomes) == len(only(readme, "jsonl").splitlines())


@both
def test_every_format_has_a_row(readme: Path) -> None:
    listed = {name for row in table(readme, "Format", "格式") for name in code(row[0])}
    assert {form.name for form in FORMATS} == listed


@both
def test_every_format_of_exports_has_a_row(readme: Path) -> None:
    rows = tables(readme)["`--format`"]
    assert [code(row[0]) for row in rows] == [[name] for name in EXPORTS]


@both
def test_mappings_name_fields(readme: Path) -> None:
    shown = re.findall(r"`--map ([^`\n]+)`", readme.read_text(encoding="utf-8"))
    pairs = [pair for text in shown for pair in shlex.split(text) if pair != "COLUMN=FIELD"]
    assert set(read_mapping(pairs).values()) == {"title", "journal"}


@both
def test_example_of_a_journal_table_is_read(readme: Path, tmp_path: Path) -> None:
    path = tmp_path / "journals.csv"
    path.write_text(only(readme, "csv", "Journal,"), encoding="utf-8")
    tables = read_tables([path])
    assert {edition.name for edition in tables.editions()} == {"JCR 2023", "JCR 2024", "CAS 2025"}
    (report,) = tables.reports
    assert (report.rows, report.unreadable_rows, report.unreadable_values) == (2, 0, 0)
    found = tables.find(None, issn="0000-0019")
    assert found
    assert [(said.edition.name, said.quartile, said.zone) for said in found.journal.metrics] == [
        ("JCR 2024", "Q2", None),
        ("JCR 2023", "Q2", None),
        ("CAS 2025", None, 2),
    ]


@both
def test_query_language_is_the_parsers(readme: Path) -> None:
    named = [frozenset(code(row[0])) for row in table(readme, "Field", "字段")]
    known: dict[SearchField, set[str]] = {}
    for name, field in SEARCH_FIELDS.items():
        known.setdefault(field, set()).add(name)
    assert sorted(map(sorted, named)) == sorted(map(sorted, known.values()))

    examples = [example for row in table(readme, "You type", "输入") for example in code(row[0])]
    examples += [example for row in table(readme, "Field", "字段") for example in code(row[1])]
    assert examples
    for example in examples:
        assert not compile_query(example, Reading(Match.AUTO)).ignored, example


@both
def test_parameters_are_the_endpoints(readme: Path) -> None:
    rows = {code(row[0])[0]: row for row in table(readme, "Parameter", "参数")}
    known = {re.sub(r"^facet\.\w+\.", "facet.NAME.", one.name): one for one in SEARCH.parameters}
    assert list(rows) == list(known)
    assert code(rows["match"][1]) == [match.value for match in Match]
    assert code(rows["sort"][1]) == [sort.value for sort in Sort]
    for name, row in rows.items():
        parameter = known[name]
        if name in {"match", "sort", "filter", "edition", "expand", "select", "cursor"}:
            assert all(map(parameter.read, code(row[1])[:1])), name
        default = "".join(code(row[2])) or (row[2] if row[2].isdecimal() else None)
        if default is not None:
            assert parameter.read(default) == parameter.default, name
    assert f"{MAX_CHARACTERS:,}" in rows["q"][1]
    assert f"{MAX_OFFSET:,}" in rows["page"][1]
    assert str(MAX_PER_PAGE) in rows["per_page"][1]
    assert f"{MAX_FACET_VALUES:,}" in rows["facet.NAME.limit"][1]
    assert str(DEFAULT_FACET_VALUES) in rows["facet.NAME.limit"][2]


@both
def test_every_operation_and_every_setting_has_a_row(readme: Path) -> None:
    addresses = table(readme, "Address below `/api/v1`", "`/api/v1` 之下的地址")
    assert [code(row[0]) for row in addresses] == [[operation.path] for operation in OPERATIONS]
    for row, operation in zip(addresses, OPERATIONS, strict=True):
        names = {parameter.name for parameter in operation.parameters}
        named = {word for word in code(row[1]) if word.isidentifier() and word.islower()}
        assert named <= names, row
    settings = table(readme, "Option", "选项")
    assert [code(row[0]) + code(row[1]) for row in settings] == [[*one.opts, one.envvar] for one in OPTIONS]
    assert f"{DEFAULT_TIME_LIMIT:g}" in settings[2][2]


@both
def test_example_of_a_table_of_terms_is_read(readme: Path, tmp_path: Path) -> None:
    path = tmp_path / "own-terms.csv"
    path.write_text(only(readme, "csv", "中文,"), encoding="utf-8")
    table = read_terms(path)
    (concept,) = table
    assert {form.text for form in concept.forms} == {"洋地黄虚构反应", "foxglove example reaction"}
    assert (table.report.source, table.report.skipped) == ("own-terms", 0)


@both
def test_what_is_said_of_terms(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert len(ours()) > int(re.search(r"([\d,]+) (?:concepts|多个常用)", text)[1].replace(",", ""))  # type: ignore[index]
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    named = {word for piece in code(prose) for word in piece.split()}
    assert {ABBREVIATION, PARENTHESES, TITLES, KEYWORDS} <= named
    assert {kind.value for kind in Kind} <= named
    assert {WORDS_VARIABLE, "--terms", "--no-expand"} <= named
    assert str(MAX_SUGGESTIONS) in text


@both
def test_filters_and_sorts_are_all_named(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    (paragraph,) = [part for part in text.split("\n\n") if part.startswith(("**Filters**", "**筛选**"))]
    assert {*schema.FACETS, *(sort.value for sort in Sort)} <= set(code(paragraph))


@both
def test_every_dependency_has_a_row(readme: Path) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {name for row in table(readme, "Package", "软件包") for name in code(row[0])}
    extras = project["optional-dependencies"]
    required = [*project["dependencies"], *extras["test"], *extras["bench"]]
    assert listed == {re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in required}
    assert all(all(row) for row in table(readme, "Package", "软件包"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder that has what the commands name: the samples and a record that breaks off, the lines, the tables."""
    shutil.copytree(SAMPLES, tmp_path / "my-records")
    (tmp_path / "my-records" / "0175.txt").write_text('{"title": "Cut', encoding="utf-8")
    (tmp_path / "more.jsonl").write_text(only(ENGLISH, "jsonl"), encoding="utf-8")
    (tmp_path / "journals.csv").write_text(only(ENGLISH, "csv", "Journal,"), encoding="utf-8")
    (tmp_path / "own-terms.csv").write_text(only(ENGLISH, "csv", "中文,"), encoding="utf-8")
    (tmp_path / "scripts").symlink_to(REPOSITORY / "scripts")
    return tmp_path


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEDSEARCH_")}
    return {**kept, "PATH": path, "PYTHONUNBUFFERED": "1"}


def run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=WAIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@contextmanager
def serving(command: str, folder: Path) -> Iterator[str]:
    """Run a `medsearch serve` at any free port and give its address."""
    with subprocess.Popen(
        [*shlex.split(command), "--port", "0"], cwd=folder, env=environment(), stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        try:
            assert server.stdout is not None
            assert select.select([server.stdout], [], [], WAIT_SECONDS)[0], "the server says nothing"
            line = server.stdout.readline()
            match = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert match, line
            yield match.group()
        finally:
            server.terminate()
            server.wait(WAIT_SECONDS)


def fetch(command: str, address: str) -> object:
    """What a `curl` command of the few options that we show would print, from another address, as JSON."""
    words = shlex.split(command)[1:]
    data: list[str] = []
    url = ""
    while words:
        word = words.pop(0)
        if word == "--data-urlencode":
            name, _, value = words.pop(0).partition("=")
            data.append(f"{name}={quote_plus(value)}")
        elif word == "--data":
            data.append(words.pop(0))
        elif word != "--get":
            assert word.startswith(SHOWN_ADDRESS), word
            url = word.replace(SHOWN_ADDRESS, address)
    with build_opener(ProxyHandler({})).open(url + ("?" + "&".join(data) if data else ""), timeout=WAIT_SECONDS) as got:
        return json.load(got)


def settled(text: str) -> str:
    """The output of a command without what differs from one run to the next."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "TIME", text)
    text = re.sub(r"g-\d{8}T\d{6}-[0-9a-f]{8}", "GENERATION", text)
    return re.sub(r"\d+\.\d s\b", "SECONDS", re.sub(r"\(\d+ records/s\)", "RATE", text))


def abridges(shown: str, given: str) -> bool:
    """True where the text shown is the one given; "…" stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), given, re.DOTALL) is not None


def differences(shown: object, given: object, where: str = "") -> Iterator[str]:
    """Where an abridged answer is not the given one."""
    if isinstance(shown, dict) and isinstance(given, dict):
        # Only a result is shown without some of its fields.
        gone = shown.keys() - given.keys() if where.startswith("/results/") else shown.keys() ^ given.keys()
        yield from (f"{where}/{name}: shown or given only" for name in sorted(gone))
        for name in shown.keys() & given.keys():
            if name not in VARYING:
                yield from differences(shown[name], given[name], f"{where}/{name}")
            elif type(shown[name]) is not type(given[name]):
                yield f"{where}/{name}: shown {shown[name]!r}, given {given[name]!r}"
    elif isinstance(shown, list) and isinstance(given, list) and len(shown) == len(given):
        for index, pair in enumerate(zip(shown, given, strict=True)):
            yield from differences(*pair, where=f"{where}/{index}")
    elif isinstance(shown, str) and isinstance(given, str):
        if not abridges(shown, given):
            yield f"{where}: shown {shown!r}, given {given!r}"
    elif shown != given:
        yield f"{where}: shown {shown!r}, given {given!r}"


def check(command: str, folder: Path, fence: Fence) -> None:
    """Run one command that ends by itself, and compare its output where some is shown."""
    program = command.split(maxsplit=1)[0]
    if program in ("scripts/start", "scripts/test"):
        return  # these install and run everything, this test too
    if program == ".":
        assert command == ". .venv/bin/activate"
        assert ".venv/bin/python -m pip install" in (REPOSITORY / "scripts" / "environment.sh").read_text("utf-8")
        return
    assert program in ("medsearch", "scripts/rebuild_index.py"), command
    output = run(command, folder)
    if "--output" in command:
        output = (folder / command.split("--output ")[1]).read_text(encoding="utf-8")
    assert output
    assert not output.startswith("0 documents"), command
    if fence.language == "console":
        shown = settled(fence.text.partition(f"$ {command}\n")[2])
        assert abridges(shown, settled(output)), output


def test_commands_do_what_is_shown(workspace: Path) -> None:
    blocks = fences(ENGLISH)
    shown = [(command, number) for number, fence in enumerate(blocks) for command in fence.commands]
    serve_at = next(index for index, (command, _) in enumerate(shown) if command.startswith("medsearch serve"))
    for command, number in shown[:serve_at]:
        check(command, workspace, blocks[number])
    # What stands behind `serve` is run while it serves, as by someone with two terminals.
    fetched = 0
    with serving(shown[serve_at][0], workspace) as address:
        for command, number in shown[serve_at + 1 :]:
            if not command.startswith("curl "):
                check(command, workspace, blocks[number])
                continue
            given = fetch(command, address)
            assert given
            following = blocks[number + 1] if number + 1 < len(blocks) else None
            if following is not None and following.language == "json":
                assert not list(differences(json.loads(following.text), given))
                fetched += 1
    assert fetched
