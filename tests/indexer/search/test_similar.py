from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from indexer.build import BuildOptions, build
from indexer.engines import open_engine
from indexer.errors import RequestError
from indexer.record import Heading, Record
from indexer.search.engine import Engine
from indexer.search.similar import similar


def record(number: int, title: str, abstract: str, **others: object) -> Record:
    texts = {"title_en": title, "abstract_en": abstract}
    return msgspec.structs.replace(Record(id=f"doi:10.5555/{number}", doi=f"10.5555/{number}", **texts), **others)


RECORDS = (
    record(
        1,
        "Colchicine after myocardial infarction",
        "Colchicine lowered inflammation after infarction.",
        journal="Heart",
    ),
    record(2, "Inflammation and colchicine", "Low dose colchicine after infarction of the heart.", journal="Heart"),
    record(
        3,
        "Colchicine in gout",
        "Colchicine prevents attacks of gout.",
        headings=(Heading("Gout"), Heading("Colchicine")),
    ),
    record(4, "Hip fracture and early walking", "Walking on the first day after hip fracture."),
    record(5, "Knee pain and walking", "Walking lowered pain of the knee."),
    Record(
        id="doi:10.5555/6",
        doi="10.5555/6",
        title_zh="秋水仙碱与心肌梗死后炎症",
        abstract_zh="秋水仙碱降低心肌梗死后的炎症。",
    ),
    Record(
        id="doi:10.5555/7", doi="10.5555/7", title_zh="小剂量秋水仙碱与炎症", title_en="Colchicine for inflammation"
    ),
    Record(id="doi:10.5555/8", doi="10.5555/8", title_en="Zebrafish"),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("similar")
    source, journals = folder / "records.jsonl", folder / "journals.csv"
    source.write_bytes(b"\n".join(map(msgspec.json.encode, RECORDS)))
    journals.write_text("Journal,IF(2023),IF Quartile(2023),IF(2024),IF Quartile(2024)\nHeart,1.5,Q3,2.5,Q2\n", "utf-8")
    build([str(source)], str(folder / "index"), BuildOptions(journals=(str(journals),)))
    opened = open_engine(str(folder / "index"))
    yield opened
    opened.close()


def found(engine: Engine, number: int, limit: int = 5) -> list[str]:
    return [one.record.id.partition("/")[2] for one in similar(engine, RECORDS[number - 1], limit)]


def test_the_same_subject_comes_first_and_the_record_itself_never(engine: Engine) -> None:
    assert found(engine, 1)[0] == "2"
    assert found(engine, 4)[0] == "5"
    for number in range(1, 9):
        assert str(number) not in found(engine, number)


def test_a_record_in_one_language_is_found_by_one_in_both(engine: Engine) -> None:
    assert found(engine, 6)[:1] == ["7"]
    assert {"2", "6"} <= set(found(engine, 7))


def test_as_many_as_are_asked_for(engine: Engine) -> None:
    assert len(found(engine, 1, limit=1)) == 1


def test_a_record_that_shares_nothing_has_none(engine: Engine) -> None:
    assert found(engine, 8) == []


def test_the_metrics_are_of_the_edition(engine: Engine) -> None:
    newest, older = (
        next(one for one in similar(engine, RECORDS[0], editions=names) if one.record.journal == "Heart")
        for names in ((), ("JCR 2023",))
    )
    assert (newest.record.jcr_quartile, newest.editions["JCR"]) == ("Q2", "JCR 2024")
    assert (older.record.jcr_quartile, older.editions["JCR"]) == ("Q3", "JCR 2023")
    with pytest.raises(RequestError, match="no edition"):
        similar(engine, RECORDS[0], editions=("JCR 1999",))
