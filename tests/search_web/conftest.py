from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer import sources
from indexer.build import BuildOptions, build
from indexer.record import Heading, Notice, Qualifier, Record
from indexer.sources.outcomes import Options, Outcome, Position, Read
from search_web import create_app
from search_web.settings import Settings
from tests.conftest import SAMPLES

SCRIPT = "<script>alert(1)</script>"
KNOWN = Record(
    id="doi:10.5555/known",
    doi="10.5555/known",
    pmid="12345",
    title_en="Early relapse of multiple myeloma after transplantation",
    title_zh="多发性骨髓瘤移植后早期复发",
    abstract_en="Relapse was early in 14% of patients with multiple myeloma.\nIt could be foreseen.",
    abstract_zh="14%的多发性骨髓瘤患者早期复发。",
    authors=("Ann Known", "Ben Known", "Cai Known", "Dan Known", "Eve Known", "Fay Known", "Gus Known"),
    keywords=("multiple myeloma", "复发"),
    publication_types=("Journal Article", "Multicenter Study"),
    journal="Journal of Known Findings",
    journal_description="A journal about what is known.",
    volume="34",
    issue="6",
    pages="243-251",
    publication_date="2021-03-16",
    year=2021,
    jcr_quartile="Q1",
    jcr_categories=("HEMATOLOGY", "ONCOLOGY"),
    impact_factor=12.4,
    cas_zone=1,
    cas_category="医学",
    citation_count=39,
    open_access=True,
    pmcid="PMC99",
    pdf_url="https://example.org/known.pdf",
    url="https://example.org/known",
)
JOURNALS = (
    "Journal,IF(2023),IF Quartile(2023),IF(2024),IF Quartile(2024),"
    "大类(2023),大类分区(2023),大类(2025),大类分区(2025)\n"
    "Journal of Known Findings,9.9,Q2,12.4,Q1,医学,2,医学,1 [12/240]\n"
)
RETRACTED = Record(
    id="doi:10.5555/retracted",
    doi="10.5555/retracted",
    title_en="Withdrawn: relapse of multiple myeloma, an invented trial",
    abstract_en="BACKGROUND: Nothing was known.\nMETHODS: Nothing was measured.\nRESULTS: None. CONCLUSIONS: None.",
    headings=(
        Heading("Multiple Myeloma", qualifiers=(Qualifier("drug therapy", major=True),)),
        Heading("Humans"),
    ),
    languages=("eng",),
    retracted=True,
    notices=(Notice("RetractionIn", source="J Known Find. 2024;1:2"),),
    journal="Journal of Known Findings",
    publication_date="2022-05",
    year=2022,
)
ODD_IDS = (
    "doi:10.5555/(sici)1097-0142(19960101)77:1<1::aid-x>3.0.co;2-#",
    "doi:10.5555/a?b=c%20d&e+f",
    "doi:10.5555//double",
    "doi:10.5555/x/../up",
    "doi:10.5555/trailing/",
    "doi:10.5555/./dot",
    "doi:10.5555/中文",
    "doi:10.5555/%2fescaped%00",
    "paper:a b/中 文?#%<\"'",
)
ODD_RECORDS = (
    *(Record(id=record_id, title_en=f"Oddly identified, number {n}", year=1998) for n, record_id in enumerate(ODD_IDS)),
    Record(
        id="doi:10.5555/script",
        doi="10.5555/script",
        title_en=f"Markup {SCRIPT} in a title",
        abstract_en=f"hostile {SCRIPT} & \"quoted\" 'text'",
        abstract_zh=f"脚本{SCRIPT}",
        authors=('O\'Brien <b>"Bold"</b>', "A & B"),
        keywords=(f"key {SCRIPT}", '"quoted'),
        journal=f"Journal {SCRIPT}",
        publication_types=(f"Type {SCRIPT}",),
        year=1999,
        pdf_url="javascript:alert(1)",
        url="javascript:alert(1)",
    ),
    Record(id="hash:bare"),
    Record(
        id="doi:10.5555/long",
        title_en="Unbroken " + "poly" * 60,
        abstract_en="x" * 900,
        authors=tuple(f"Author{n}" for n in range(9)),
        keywords=("word" * 40,),
        journal="J" * 150,
    ),
)


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An index of the sample records, and of odd ones that readers would have made harmless."""
    location = str(tmp_path_factory.mktemp("index"))
    build_samples(location, tmp_path_factory.mktemp("tables"))
    return location


def build_samples(location: str, folder: Path) -> None:
    """Build the index of the sample records and the odd ones; the folder is for a table."""

    def read(source: str, options: Options) -> Iterator[Outcome]:
        yield from sources.read(source, options)
        for record in (KNOWN, RETRACTED, *ODD_RECORDS):
            yield Read(record, Position("made up"))

    journals = folder / "journals.csv"
    journals.write_text(JOURNALS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.build.read", read)
        build([str(SAMPLES)], location, BuildOptions(journals=(str(journals),)))


PATIENT = Settings(time_limit=3600)
"""For tests of anything but the time: a first search may have to wait for compiled loops."""


@pytest.fixture(scope="session")
def app(index: str) -> Flask:
    return served(index)


def served(index: str) -> Flask:
    """The application over an index, as it is tested."""
    made = create_app(index, PATIENT)
    made.testing = True
    return made


@pytest.fixture(scope="session")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def no_index_client(tmp_path: Path) -> FlaskClient:
    return served(str(tmp_path / "nothing")).test_client()
