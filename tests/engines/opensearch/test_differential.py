"""Random searches of the same records in both engines: no difference. `scripts/compare.py` asks 2,000 of 20,000."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from indexer.build import build
from indexer.engines import open_engine
from tests.conftest import REPOSITORY, write_jsonl

sys.path.insert(0, str(REPOSITORY / "scripts"))
from benchmarking.corpus import made
from comparing import answers, drawing

RECORDS = 200
SEARCHES = 50


def test_both_engines_give_the_same(tmp_path: Path, remote_location: Callable[[], str]) -> None:
    source = write_jsonl(tmp_path / "records.jsonl", list(made(RECORDS, seed=3)))
    places = [str(tmp_path / "index"), remote_location()]
    for place in places:
        build([str(source)], place)
    one, other = map(open_engine, places)
    compared = answers.compare(one, other, drawing.draw(list(one.records()), SEARCHES, seed=3), seed=3)
    one.close()
    other.close()
    assert compared.differences == []
    assert compared.asked == SEARCHES
    assert compared.found > SEARCHES / 3
    assert {"Term", "Phrase", "Pattern", "Near", "Range", "Not", "Synonyms", "typed"} <= compared.kinds.keys()
