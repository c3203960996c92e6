import json
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.export import FORMATS, Entry
from indexer.export.jsonl import Standing
from indexer.record import Heading, Notice, Qualifier, Record
from indexer.sources import Read, read, records
from tests.conftest import SAMPLES
from tests.indexer.export import records as made

WORDS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cc", "Cs")),
        st.sampled_from('午睡\u2028\u2029\ufeff"\\{}[]:,/<&\u00a0'),
    ),
    min_size=1,
    max_size=12,
).filter(str.strip)
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)
TUPLES = st.lists(WORDS, max_size=3).map(tuple)
DOIS = st.text(string.ascii_lowercase + string.digits + "/-_()", min_size=1).map(lambda rest: f"10.5555/{rest}x")
NUMBERS = st.integers(1, 99_999_999).map(str)
ISSNS = st.from_regex(r"[1-9][0-9]{3}-[0-9]{3}[0-9X]", fullmatch=True)
ADDRESSES = st.text(string.ascii_letters + string.digits + "/?=&%", max_size=20).map("https://example.org/".__add__)
DATES = st.one_of(st.integers(1600, 2100).map(str), st.dates().filter(lambda day: 1600 <= day.year <= 2100).map(str))
FIELDS = {
    "doi": DOIS,
    "pmid": NUMBERS,
    "pmcid": NUMBERS.map("PMC".__add__),
    "paper_id": WORDS,
    **dict.fromkeys(("title_en", "title_zh"), WORDS),
    **dict.fromkeys(("abstract_en", "abstract_zh", "journal_description"), PARAGRAPHS),
    **dict.fromkeys(
        ("journal", "journal_abbreviation", "journal_id", "volume", "issue", "pages", "cas_category"), WORDS
    ),
    **dict.fromkeys(("issn", "eissn"), ISSNS),
    **dict.fromkeys(("pdf_url", "url"), ADDRESSES),
    "publication_date": DATES,
    "year": st.integers(1600, 2100),
    "jcr_quartile": st.sampled_from(["Q1", "Q2", "Q3", "Q4"]),
    "impact_factor": st.floats(0.001, 10_000),
    "cas_zone": st.integers(1, 4),
    "citation_count": st.integers(0, 10_000_000),
    "open_access": st.booleans(),
    "on_warning_list": st.booleans(),
    "retracted": st.booleans(),
}
LISTS = {
    **dict.fromkeys(("authors", "keywords", "languages", "publication_types", "jcr_categories"), TUPLES),
    "headings": st.lists(
        st.builds(
            Heading, WORDS, st.booleans(), st.lists(st.builds(Qualifier, WORDS, st.booleans()), max_size=2).map(tuple)
        ),
        max_size=2,
    ).map(tuple),
    "notices": st.lists(st.builds(Notice, WORDS, st.none() | WORDS, st.none() | NUMBERS), max_size=2).map(tuple),
}


@st.composite
def built(draw):
    values = {name: draw(st.none() | strategy) for name, strategy in FIELDS.items()}
    if not any(values[name] for name in ("title_en", "title_zh", "abstract_en", "abstract_zh")):
        values["title_en"] = draw(WORDS)
    values |= {name: draw(strategy) for name, strategy in LISTS.items()}
    ids = [
        f"{prefix}:{values[field]}"
        for prefix, field in (("doi", "doi"), ("pmid", "pmid"), ("pmcid", "pmcid"), ("paper", "paper_id"))
        if values[field]
    ]
    return Record(id=ids[0] if ids else f"hash:{draw(st.integers(0, 16**32 - 1)):032x}", **values)


GIVEN = {"JCR": "given", "CAS": "given"}


def exported(found, editions=None):
    return made.exported("jsonl", found, editions or GIVEN)


def test_every_field_has_a_strategy():
    assert {"id", *FIELDS, *LISTS} == set(Record.__struct_fields__)


def test_no_records_are_an_empty_file():
    assert exported([]) == b""


@settings(max_examples=100, deadline=None)
@given(found=st.lists(built(), min_size=1, max_size=4))
def test_what_was_exported_is_read_back_as_it_was(found, tmp_path_factory):
    content = exported(found)
    assert content.count(b"\n") == len(found)
    assert records.sniff(content)
    path = tmp_path_factory.mktemp("export") / "records"
    path.write_bytes(content)
    back = list(read(path))
    assert [each.record for each in back if isinstance(each, Read)] == found, back
    assert [each.position.line for each in back] == list(range(1, len(found) + 1))


def test_metrics_as_shown_stand_beside_the_record_and_are_passed_over(tmp_path):
    stored = Record(id="pmid:1", pmid="1", title_en="x", jcr_quartile="Q4", cas_zone=3)
    shown = Record(id="pmid:1", pmid="1", title_en="x", jcr_quartile="Q1", impact_factor=3.5, cas_zone=3)
    editions = {"JCR": "JCR 2024", "CAS": "given"}
    content = b"".join(FORMATS["jsonl"].write([Entry(stored, shown, editions)]))
    assert json.loads(content) == {
        "id": "pmid:1",
        "pmid": "1",
        "title_en": "x",
        "jcr_quartile": "Q4",
        "cas_zone": 3,
        "standing": {"editions": editions, "jcr_quartile": "Q1", "impact_factor": 3.5, "cas_zone": 3},
    }
    assert made.read_back(content, tmp_path) == [stored]


def test_what_stands_beside_the_record_has_its_names():
    assert set(Standing.__struct_fields__) - {"editions"} < set(Record.__struct_fields__)


def test_the_samples_are_read_back_as_they_were(tmp_path):
    found = [each.record for each in read(SAMPLES) if isinstance(each, Read)]
    assert len(found) > 5
    path = tmp_path / "records"
    path.write_bytes(exported(found))
    assert [each.record for each in read(path) if isinstance(each, Read)] == found
