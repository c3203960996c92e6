"""Building: what is reported, merged, skipped; and that what was published serves until the next is whole."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from weakref import ref

import pytest

from indexer import schema
from indexer.build import BuildOptions, Stage, build
from indexer.engines import LiveIndex, open_engine, open_writer
from indexer.engines.whoosh import store
from indexer.engines.whoosh.columnar.container import ArrayFile
from indexer.errors import BuildError, IndexDamagedError, IndexMismatchError, IndexMissingError, SourceError
from indexer.search.hits import SearchRequest
from indexer.search.searcher import search, warm
from indexer.terms.lexicon import LexiconWriter
from indexer.terms.lexicon.writer import Analysed
from tests.conftest import SAMPLES, write_jsonl


def _record(number: int, **fields: object) -> dict[str, object]:
    return {"title": f"Trial number {number} of aspirin", "doi": f"10.5555/{number}", "journal": "Journal", **fields}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "records.jsonl", [_record(n) for n in range(5)])


def _total(index: Path, text: str = "") -> int:
    engine = open_engine(str(index))
    try:
        return search(engine, SearchRequest(text=text)).total
    finally:
        engine.close()


def test_reports_what_was_read_merged_and_skipped(tmp_path: Path) -> None:
    path = write_jsonl(
        tmp_path / "records.jsonl",
        [
            _record(1, citationCount="5", volume=None),
            _record(2),
            _record(1, citationCount=None, JCR="Q1"),
            {"nothing": 1},
        ],
    )
    with path.open("a") as file:
        file.write('{"title": "cut off')
    stages: list[Stage] = []
    options = BuildOptions(progress=lambda stage, _done, _total: stages.append(stage))
    report = build([str(path)], str(tmp_path / "index"), options)

    assert (report.read, report.indexed, report.merged, report.skipped) == (3, 2, 1, 2)
    assert [(reason.count, reason.examples[0].position) for reason in report.sources[0].reasons] == [
        (1, f"{path}:4"),
        (1, f"{path}:5"),
    ]
    assert all(reason.what for reason in report.sources[0].reasons)
    assert [(merged.id, merged.positions) for merged in report.merged_examples] == [("doi:10.5555/1", [f"{path}:3"])]
    assert list(dict.fromkeys(stages)) == list(Stage)
    engine = open_engine(str(tmp_path / "index"))
    record = engine.record("doi:10.5555/1")
    assert record is not None
    assert (record.citation_count, record.jcr_quartile) == (5, "Q1")  # later values win, later nulls do not
    engine.close()


def test_merges_across_sources_the_last_one_wins(tmp_path: Path) -> None:
    first = write_jsonl(tmp_path / "1.jsonl", [_record(1, pages="1"), _record(2)])
    second = write_jsonl(tmp_path / "2.jsonl", [_record(1, pages="2")])
    build([str(first), str(second)], str(tmp_path / "index"))
    engine = open_engine(str(tmp_path / "index"))
    record = engine.record("doi:10.5555/1")
    assert record is not None
    assert record.title_en == "Trial number 1 of aspirin"
    engine.close()


def test_builds_the_samples(tmp_path: Path) -> None:
    report = build([str(SAMPLES)], str(tmp_path / "index"))
    assert report.indexed >= 150
    assert report.merged >= 1
    assert report.skipped == 0
    assert _total(tmp_path / "index", "多发性骨髓瘤") > 0
    assert _total(tmp_path / "index", "multiple myeloma") > 0


def test_the_journal_is_described_once(tmp_path: Path) -> None:
    build([str(SAMPLES)], str(tmp_path / "index"))
    engine = open_engine(str(tmp_path / "index"))
    hit = search(engine, SearchRequest(text="myeloma")).hits[0]
    assert hit.record.journal_description is None
    assert hit.record.journal is not None
    journal = engine.journal(hit.record.journal)
    assert journal is not None
    assert journal.description
    engine.close()


def test_a_missing_source_changes_nothing(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    with pytest.raises(SourceError, match="nowhere"):
        build([str(source), str(tmp_path / "nowhere")], str(index))
    assert _total(index) == 5


def test_nothing_to_index_changes_nothing(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    empty = write_jsonl(tmp_path / "empty.jsonl", [{"no": "record"}])
    with pytest.raises(BuildError, match="no record could be read"):
        build([str(empty)], str(index))
    assert _total(index) == 5
    assert len(list(index.glob("g-*"))) == 1


def test_only_one_build_at_a_time(tmp_path: Path, source: Path) -> None:
    writer = open_writer(str(tmp_path / "index"), {})
    with pytest.raises(BuildError, match="another build"):
        build([str(source)], str(tmp_path / "index"))
    writer.close()
    assert build([str(source)], str(tmp_path / "index")).indexed == 5


def test_an_index_that_does_not_verify_is_not_published(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    read = store.read_manifest
    monkeypatch.setattr("indexer.engines.whoosh.engine.WhooshEngine.record", lambda _self, _id: None)
    with pytest.raises(BuildError, match="not published"):
        build([str(source)], str(index))
    monkeypatch.undo()
    assert read(store.published_folder(str(index))).documents == 5
    assert _total(index) == 5


def test_the_generation_before_is_kept_and_older_ones_removed(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index"
    names = [build([str(source)], str(index)).generation for _ in range(3)]
    assert {path.name for path in index.glob("g-*")} == set(names[1:])
    assert store.published_generation(str(index)) == names[2]


def test_an_open_engine_goes_on_while_generations_come_and_go(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    engine = open_engine(str(index))
    live = LiveIndex(str(index))
    first = live.engine()
    for _ in range(3):
        build([str(write_jsonl(tmp_path / "one.jsonl", [_record(9)]))], str(index))
    assert search(engine, SearchRequest(text="aspirin")).total == 5
    assert [hit.record.doi for hit in search(first, SearchRequest(text="aspirin", per_page=1)).hits]
    assert search(live.engine(), SearchRequest(text="aspirin")).total == 1
    engine.close()


def test_a_generation_goes_with_its_last_search_though_it_was_frozen(tmp_path: Path, source: Path) -> None:
    index = str(tmp_path / "index")
    build([str(source)], index)
    live = LiveIndex(index)
    engine = live.engine()
    warm(engine)
    # What is frozen, as the server does it, is no garbage to the collector any more.
    gc.collect()
    gc.freeze()
    try:
        build([str(source)], index)
        assert live.engine() is not engine
        parts = ref(engine), ref(engine._collection), ref(engine._lexicon)
        connection = engine._lexicon._connections._connection
        del engine
        assert [part() for part in parts] == [None] * 3
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    finally:
        gc.unfreeze()


def test_a_missing_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="medsearch build"):
        open_engine(str(tmp_path / "nowhere"))
    with pytest.raises(IndexMissingError):
        LiveIndex(str(tmp_path)).engine()


@pytest.mark.parametrize("function", ["schema", "analysis"])
def test_an_index_of_another_schema_or_dictionary_says_so(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    build([str(source)], str(tmp_path / "index"))
    monkeypatch.setattr(f"indexer.{function}.fingerprint", lambda: "0" * 16)
    said = {"schema": "another schema", "analysis": "another dictionary"}[function]
    with pytest.raises(IndexMismatchError, match=said) as caught:
        open_engine(str(tmp_path / "index"))
    assert "\n" not in str(caught.value)


def test_the_fingerprint_follows_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema.fingerprint()
    schema.fingerprint.cache_clear()
    monkeypatch.setattr(schema, "FIELDS", schema.FIELDS[:-1])
    assert schema.fingerprint() != before
    schema.fingerprint.cache_clear()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a damaged file open
@pytest.mark.parametrize("damage", ["pointer", "manifest", "postings", "journals", "gone"])
def test_a_damaged_index_is_named(tmp_path: Path, source: Path, damage: str) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    folder = store.published_folder(str(index))
    if damage == "pointer":
        (index / store.POINTER).write_text("../../etc\n")
    elif damage == "manifest":
        (folder / store.MANIFEST).write_text("{")
    elif damage == "journals":
        (folder / store.JOURNALS).write_bytes(b"\xff")
    elif damage == "postings":
        for path in (folder / store.POSTINGS).iterdir():
            path.write_bytes(b"junk")
    else:
        folder.rename(index / "elsewhere")
    with pytest.raises(IndexDamagedError, match="rebuild"):
        open_engine(str(index))


def test_an_unwritable_place_is_named(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="can't write"):
        build([str(source)], str(tmp_path / "file" / "index"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("stage", list(Stage))
def test_a_killed_build_leaves_the_old_index_serving(tmp_path: Path, source: Path, stage: Stage) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    script = (
        "import os, signal, sys\n"
        "from indexer.build import BuildOptions, build\n"
        "def progress(stage, done, total):\n"
        "    if stage.value == sys.argv[3]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "build([sys.argv[1]], sys.argv[2], BuildOptions(progress=progress))\n"
    )
    more = write_jsonl(tmp_path / "more.jsonl", [_record(n) for n in range(50)])
    killed = subprocess.run([sys.executable, "-c", script, str(more), str(index), stage.value], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _total(index) == 5
    build([str(more)], str(index))
    assert _total(index) == 50
    assert len(list(index.glob("g-*"))) == 2
    assert {path.name for path in index.iterdir() if not path.name.startswith("g-")} <= {store.POINTER, store.LOCK}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_pointer_always_names_a_whole_generation_while_builds_run(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    script = "import sys\nfrom indexer.build import build\nfor _ in range(3): build([sys.argv[1]], sys.argv[2])\n"
    running = subprocess.Popen([sys.executable, "-c", script, str(source), str(index)])
    opened = 0
    while running.poll() is None:
        assert _total(index) == 5
        opened += 1
    assert running.returncode == 0
    assert opened > 0


def test_a_failure_after_the_switch_harms_nothing(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    sync = store._sync

    def failing(path: Path) -> None:
        if path == index and store.published_generation(str(index)) != first:
            raise KeyboardInterrupt
        sync(path)

    first = store.published_generation(str(index))
    monkeypatch.setattr(store, "_sync", failing)
    with pytest.raises(KeyboardInterrupt):
        build([str(write_jsonl(tmp_path / "one.jsonl", [_record(9)]))], str(index))
    monkeypatch.undo()
    assert _total(index) == 1
    assert build([str(source)], str(index)).indexed == 5


def test_folders_of_others_are_left_alone(tmp_path: Path, source: Path) -> None:
    for name in ("g-force", "g-code-2024"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine")
    for _ in range(3):
        build([str(source)], str(tmp_path))
    assert (tmp_path / "g-force" / "mine.txt").read_text() == "mine"
    assert (tmp_path / "g-code-2024" / "mine.txt").exists()


def test_a_pointer_that_can_not_be_read_does_not_keep_from_building(tmp_path: Path, source: Path) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))
    live = LiveIndex(str(index))
    assert live.engine().manifest.documents == 5
    (index / store.POINTER).write_bytes(b"\xff\xfe\xff")
    assert live.engine().manifest.documents == 5
    build([str(source)], str(index))
    assert _total(index) == 5


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "index"
    build([str(source)], str(index))

    def full(_self: object, _document: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("indexer.engines.whoosh.writer.WhooshWriter.add", full)
    with pytest.raises(BuildError, match="No space left on device"):
        build([str(source)], str(index))
    assert _total(index) == 5


def test_an_index_that_lies_in_a_source_is_not_read(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "records.jsonl", [_record(1)])
    for _ in range(2):
        report = build([str(tmp_path)], str(tmp_path / "index"))
        assert (report.read, report.skipped) == (1, 0)


@pytest.mark.parametrize("pattern", ["", "**/*", "*"])
def test_an_index_that_is_first_made_deep_in_a_source_is_not_read(tmp_path: Path, pattern: str) -> None:
    records = tmp_path / "records"
    write_jsonl(tmp_path / "first.jsonl", [_record(1)])
    (records / "a").mkdir(parents=True)
    write_jsonl(records / "a" / "records.jsonl", [_record(2)])
    for _ in range(2):
        report = build([str(tmp_path / pattern)], str(records / "b" / "index"))
        assert (report.read, report.skipped) == (2, 0)


def test_records_of_one_pmid_are_one_document(tmp_path: Path) -> None:
    """PubMed's update files bring a record again with the DOI that it lacked."""
    path = write_jsonl(
        tmp_path / "records.jsonl",
        [
            {"title": "Early words", "PMID": "11"},
            {"title": "Another", "PMID": "12"},
            {"title": "Revised words", "PMID": "11", "doi": "10.5555/11"},
            {"title": "Revised again", "doi": "10.5555/11"},
            {"title": "Old export", "PMID": "11"},
        ],
    )
    report = build([str(path)], str(tmp_path / "index"))
    assert (report.read, report.indexed, report.merged) == (5, 2, 3)
    engine = open_engine(str(tmp_path / "index"))
    try:
        assert {record.id: record.title_en for record in engine.records()} == {
            "doi:10.5555/11": "Old export",
            "pmid:12": "Another",
        }
    finally:
        engine.close()


def _held(index: Path) -> dict[str, dict[str, object]]:
    """All that the files of the published generation hold but for names and times."""
    folder = store.published_folder(str(index))
    found: dict[str, dict[str, object]] = {}
    for path in (folder / store.POSTINGS).iterdir():
        if path.suffix in {".postings", ".documents", ".stored"}:
            arrays = ArrayFile(path, path.suffix[1:]).arrays
            found[path.suffix] = {name: values.tolist() for name, values in arrays.items()}
    connection = sqlite3.connect(folder / store.LEXICON)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found["lexicon"] = {
        name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in names if name != "starts"
    }
    connection.close()
    return found


def test_the_same_index_whatever_the_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_jsonl(
        tmp_path / "records.jsonl",
        [
            _record(
                number % 110,
                TitleCN=f"阿司匹林治疗{number % 7}型糖尿病的临床试验",
                abstract=f"Of {number} chronic kidney disease (CKD), {number % 9}.5 % in stage iii, p < 0.0{number}.",
                AbstractTextCN=f"目的：慢性肾脏病（chronic kidney disease, CKD）患者{number}例，非ST段抬高。",
            )
            for number in range(120)
        ],
    )
    lines = source.read_text(encoding="utf-8").splitlines()
    lines[37], lines[101] = "{broken", ""
    source.write_text("\n".join(lines), encoding="utf-8")
    # So that there is work for several.
    for name, value in (("BATCH", 16), ("_WORTH_WORKERS", 1), ("_READ_ALONE", 2)):
        monkeypatch.setattr(f"indexer.build.{name}", value)
    monkeypatch.setattr("indexer.sources.line_records._BLOCK_BYTES", 3000)
    held, told = [], []
    for cores in (1, 2):
        monkeypatch.setattr("indexer.workers.cores", lambda cores=cores: cores)
        report = build([str(source)], str(tmp_path / f"index{cores}"))
        told.append((report.read, report.merged, report.skipped, report.learned, report.sources))
        held.append(_held(tmp_path / f"index{cores}"))
    assert told[0] == told[1]
    assert [example.position for example in report.sources[0].reasons[0].examples] == [f"{source}:38"]
    assert report.merged == 10
    assert held[0].keys() == held[1].keys()
    for name, of_one in held[0].items():
        assert of_one == held[1][name], name


def test_what_is_learned_is_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        f"{organ} {what}" for organ in ("renal", "hepatic", "cardiac") for what in ("disease", "failure", "injury")
    ]
    source = write_jsonl(
        tmp_path / "records.jsonl",
        [
            _record(
                number,
                abstract=f"We studied {name} ({''.join(word[0] for word in name.split()).upper()}) in adults.",
                AbstractTextCN=f"目的：{'肾肝心'[number // 3]}{'病衰伤'[number % 3]}症（{name}）患者。",
            )
            for number, name in enumerate(names)
        ],
    )
    pieces: list[int] = []
    add = LexiconWriter.add_learned

    def add_noted(self: LexiconWriter, analysed: Sequence[Analysed]) -> None:
        pieces.append(len(analysed))
        add(self, analysed)

    held, told = [], []
    monkeypatch.setattr(LexiconWriter, "add_learned", add_noted)
    for size, ahead, words in ((5000, 6, 300_000), (2, 1, 3)):
        monkeypatch.setattr("indexer.build.CONCEPTS_AT_ONCE", size)
        monkeypatch.setattr("indexer.build._LEARNED_AHEAD", ahead)
        monkeypatch.setattr("indexer.terms.lexicon.writer._WORDS_HELD", words)
        told.append(build([str(source)], str(tmp_path / f"index{size}")).learned)
        held.append(_held(tmp_path / f"index{size}"))
    assert told[0] == told[1]
    assert sum(told[0].values()) == pieces[0] == 9
    assert pieces[1:] == [2, 2, 2, 2, 1]
    assert held[0] == held[1]


def test_where_what_is_learned_cannot_be_written_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "We studied chronic kidney disease (CKD) and acute renal failure (ARF) in adults."
    source = write_jsonl(tmp_path / "records.jsonl", [_record(1, abstract=text)])
    add, calls = LexiconWriter.add_learned, []

    def add_but_the_first(self: LexiconWriter, analysed: Sequence[Analysed]) -> None:
        calls.append(analysed)
        if len(calls) == 1:
            raise BuildError("no room")
        add(self, analysed)

    monkeypatch.setattr(LexiconWriter, "add_learned", add_but_the_first)
    monkeypatch.setattr("indexer.build.CONCEPTS_AT_ONCE", 1)
    with pytest.raises(BuildError, match="no room"):
        build([str(source)], str(tmp_path / "index"))
    assert len(calls) == 2
    with pytest.raises(IndexMissingError):
        open_engine(str(tmp_path / "index"))


@pytest.mark.parametrize(
    ("beside", "interrupted"),
    [
        ("place_items", "indexer.terms.learned.mined"),
        ("finish", "indexer.engines.whoosh.writer.WhooshWriter.finish"),
    ],
)
def test_an_interrupted_end_does_not_wait_for_the_lexicon(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, beside: str, interrupted: str
) -> None:
    working, told, stopped = Event(), Event(), Event()
    work, interrupt = getattr(LexiconWriter, beside), LexiconWriter.interrupt

    def work_long(self: LexiconWriter) -> None:
        if self._path.name != "lexicon.new":  # that of our own terms
            work(self)
            return
        # No statement of this connection is open, as those of full-text tables are, when the first interrupt comes.
        self._connection.close()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        working.set()
        assert told.wait(60)
        try:
            self._connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000000) SELECT sum(i) FROM n"
            ).fetchall()
        except sqlite3.OperationalError:
            stopped.set()
            raise

    def interrupt_and_say(self: LexiconWriter) -> None:
        interrupt(self)
        told.set()

    def interrupt_the_build(*_given: object) -> None:
        assert working.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(LexiconWriter, beside, work_long)
    monkeypatch.setattr(LexiconWriter, "interrupt", interrupt_and_say)
    monkeypatch.setattr(interrupted, interrupt_the_build)
    with pytest.raises(KeyboardInterrupt):
        build([str(source)], str(tmp_path / "index"))
    assert stopped.is_set()
    with pytest.raises(IndexMissingError):
        open_engine(str(tmp_path / "index"))


def test_a_lexicon_that_was_closed_can_be_interrupted(tmp_path: Path) -> None:
    writer = LexiconWriter(tmp_path / "lexicon")
    writer._connection.close()  # as by another thread that has not said so yet
    writer.interrupt()
