"""The real exports: as many records as the file holds, counted another way."""

import re

import pytest

from indexer.sources import Read, Skipped, read
from tests.indexer.sources.helpers import SHARED

FOLDER = SHARED / "data" / "exports"
COUNTS = {
    "asreview_baseline_tag-notes_labels.ris": 32,
    "asreview_baseline_zotero.ris": 100,
    "asreview_embase.ris": 6,
    "asreview_ovid_psycinfo.ris": 6,
    "asreview_ovid_zotero.ris": 6,
    "asreview_proquest.ris": 6,
    "asreview_pubmed_endnote.txt": 6,
    "asreview_pubmed_zotero.ris": 6,
    "asreview_ris_many_authors.ris": 1,
    "asreview_scopus.ris": 6,
    "asreview_web_of_science.txt": 10,
    "schoot-ptsd-included-1.ris": 363,
    "zelcofir_EMBASE_571.ris": 571,
}


def _path(name):
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"no real export {path}")
    return path


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_every_record_is_read(name, count):
    path = _path(name)
    outcomes = list(read(path))
    assert [each for each in outcomes if isinstance(each, Skipped)] == []
    found = [each for each in outcomes if isinstance(each, Read)]
    lines = [number for number, line in enumerate(path.read_bytes().split(b"\n"), 1) if re.match(rb"\W*TY  -", line)]
    assert [each.position.line for each in found] == lines
    assert len(found) == count


def test_fields_of_embase():
    found = [each.record for each in read(_path("zelcofir_EMBASE_571.ris")) if isinstance(each, Read)]
    assert sum(record.pmid is not None for record in found) == 339
    assert sum(record.doi is not None for record in found) == 461
    assert sum(record.abstract_en is not None for record in found) == 479
    assert all(record.year and record.journal and record.authors and record.publication_types for record in found)
