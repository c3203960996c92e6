"""Random searches of the same records in both engines: no difference. `scripts/compare.py` asks 2,000 of 20,000."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from indexer.build import build
from indexer.engines import open_engine
from tests.conftest import REPOSITORY, write_jsonl

sys.path.insert(0, str(REPOSITORY / "scripts"))
import compare
from benchmarking.corpus import made
from comparing import answers, drawing

RECORDS = 200
SEARCHES = 50


def test_both_engines_give_the_same(remote_location: Callable[[], str]) -> None:
    command = ["--cluster", remote_location(), "--documents", str(RECORDS), "--queries", str(SEARCHES), "--seed", "3"]
    done = CliRunner().invoke(compare.main, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "differences: 0;" in done.output
    told = re.search(r"200 records; 50 searches, of which (\d+) found something and 0 were refused", done.output)
    assert told
    assert int(told.group(1)) > SEARCHES / 3
    for kind in ("Term", "Phrase", "Pattern", "Near", "Range", "Not", "Synonyms", "typed"):
        assert re.search(rf"\b{kind} \d", done.output), kind


def test_what_differs_is_told(tmp_path: Path) -> None:
    records = list(made(40, seed=3))
    engines = []
    for count in (40, 39):
        build([str(write_jsonl(tmp_path / f"{count}.jsonl", records[:count]))], str(tmp_path / str(count)))
        engines.append(open_engine(str(tmp_path / str(count))))
    compared = answers.compare(*engines, drawing.draw(list(engines[0].records()), 20, seed=3), seed=3)
    assert any(line.startswith("total (") for line in compared.differences)
    assert any(line.startswith("facets (") for line in compared.differences)
    for engine in engines:
        engine.close()
