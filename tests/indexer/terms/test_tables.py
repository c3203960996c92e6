"""Term tables in their published forms."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import TermTableError
from indexer.terms.concept import Concept, Form, Role
from indexer.terms.mesh import turned_round
from indexer.terms.rows import clean_title, forms
from indexer.terms.tables import EXAMPLES, TermTable, read_terms

_FIVE = "blue fever\t蓝热\tblue heat | fever of blues\t蓝色热\tBF\nodd fever\t怪热\t\t\t\n"


def _read(tmp_path: Path, text: str, name: str = "table.tsv", encoding: str = "utf-8") -> TermTable:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_terms(path)


def _texts(concept: Concept) -> list[str]:
    return [form.text for form in concept.forms]


def _pairs(table: TermTable) -> list[tuple[str | None, str | None]]:
    return [(concept.preferred("en"), concept.preferred("zh")) for concept in table]


def test_our_five_columns(tmp_path: Path) -> None:
    table = _read(tmp_path, "# A comment\n\n" + _FIVE)
    first, second = table
    assert first == Concept(
        (
            Form("blue fever", "en", Role.PREFERRED),
            Form("蓝热", "zh", Role.PREFERRED),
            Form("blue heat", "en", Role.SYNONYM),
            Form("fever of blues", "en", Role.SYNONYM),
            Form("蓝色热", "zh", Role.SYNONYM),
            Form("BF", "en", Role.ABBREVIATION),
        ),
        "table",
    )
    assert _texts(second) == ["odd fever", "怪热"]
    assert (table.report.source, table.report.concepts, table.report.skipped) == ("table", 2, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, ends: str) -> None:
    assert _pairs(_read(tmp_path, _FIVE.replace("\n", ends), encoding=encoding)) == [
        ("blue fever", "蓝热"),
        ("odd fever", "怪热"),
    ]


def test_compressed(tmp_path: Path) -> None:
    path = tmp_path / "fevers.tsv.gz"
    path.write_bytes(gzip.compress(_FIVE.encode()))
    table = read_terms(path)
    assert len(list(table)) == 2
    assert table.report.source == "fevers"


def test_the_source_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(_FIVE, encoding="utf-8")
    assert {concept.source for concept in read_terms(path, "ours")} == {"ours"}


@pytest.mark.parametrize(
    "text",
    [
        "zh\ten\n蓝热\tblue fever\n",
        "English,中文\nblue fever,蓝热\n",
        "中文名;英文名\n蓝热;blue fever\n",
        'name_en,name_zh\n"blue fever","蓝热"\n',
        "蓝热,blue fever\n",
        "blue fever\t蓝热\n",
        "Exported in 2026\nid,en,zh\n7,blue fever,蓝热\n",
    ],
)
def test_chinese_and_english_columns(tmp_path: Path, text: str) -> None:
    assert _pairs(_read(tmp_path, text)) == [("blue fever", "蓝热")]


def test_counts_are_evidence(tmp_path: Path) -> None:
    table = _read(tmp_path, "zh\ten\tmedical\tcount\n蓝热\tblue fever\t1\t12\n怪热\todd fever\t1\tmany\n")
    assert [(concept.preferred("en"), concept.evidence) for concept in table] == [("blue fever", 12)]
    assert table.report.skipped == 1
    assert "many" in table.report.examples[0].reason


def test_classification(tmp_path: Path) -> None:
    rows = [
        "code\tzh_2020\ten_who",
        "A00\t蓝热\tBlue fever",
        "A00.1\t怪热[老怪热]\tOdd fever [old name]",
        "A00.2\t红热,不可归类在他处者\tRed fever, not elsewhere classified",
        "A00.8\t其他蓝热\tOther blue fever",
        "A00.9\t未特指的蓝热\tBlue fever, unspecified",
    ]
    table = _read(tmp_path, "\n".join(rows))
    assert _pairs(table) == [("Blue fever", "蓝热"), ("Odd fever", "怪热"), ("Red fever", "红热")]
    assert (table.report.left_out, table.report.skipped) == (2, 0)


def test_babelon(tmp_path: Path) -> None:
    languages, subject = "source_language\ttranslation_language", "subject_id\tpredicate_id"
    header = f"{languages}\t{subject}\tsource_value\ttranslation_value\ttranslation_status"
    rows = [
        "en\tzh\tHP:1\trdfs:label\tBlue fever\t蓝热\tOFFICIAL",
        "en\tzh\tHP:2\trdfs:label\tOdd fever\t怪热\tOFFICIAL",
        "en\tzh\tHP:1\toio:hasExactSynonym\tFever of blues\t蓝色热\tOFFICIAL",
        "en\tzh\tHP:1\toio:hasBroadSynonym\tFever\t热\tOFFICIAL",
        "en\tfr\tHP:1\trdfs:label\tBlue fever\tfièvre\tOFFICIAL",
        "en\tzh\tHP:3\trdfs:label\tRed fever\t\tNOT_TRANSLATED",
    ]
    table = _read(tmp_path, "\n".join([header, *rows]))
    assert [_texts(concept) for concept in table] == [
        ["Blue fever", "蓝热", "Fever of blues", "蓝色热"],
        ["Odd fever", "怪热"],
    ]
    assert (table.report.left_out, table.report.skipped) == (2, 1)


def test_abbreviations(tmp_path: Path) -> None:
    text = 'Abbreviation/Shorthand,Meaning,More Info\nBF,blue fever,\nVF,"violet, odd fever",https://example.org\nX,,\n'
    table = _read(tmp_path, text, "abbreviations.csv")
    assert [_texts(concept) for concept in table] == [["blue fever", "BF"], ["violet, odd fever", "VF"]]
    assert table.report.skipped == 1
    assert table.report.examples[0].line == 4


_MESH_TEXTS = ["Fever, Blue", "Blue Fever", "Blue Fevers", "Fevers, Blue", "BFV"]


def test_mesh_as_a_table(tmp_path: Path) -> None:
    rows = [
        "D000001\tFever, Blue\tBlue Fevers|Fevers, Blue|BFV\tC01.100\t",
        "D000002\tAlone\t\tC01.200\t",
        "D000003\tFever Story\tFever Tale\tV01.100\t",
    ]
    table = _read(tmp_path, "\n".join(rows))
    (concept,) = table
    assert _texts(concept) == _MESH_TEXTS
    assert concept.forms[-1].role is Role.ABBREVIATION
    assert (table.report.left_out, table.report.skipped) == (2, 0)


def test_mesh_in_ascii(tmp_path: Path) -> None:
    text = """*NEWRECORD
RECTYPE = D
MH = Fever, Blue
PRINT ENTRY = Blue Fevers|T047|NON|EQV|NLM
ENTRY = Fevers, Blue
ENTRY = BFV|T047
MN = C01.100
MS = A fever = that is blue.

*NEWRECORD
RECTYPE = D
MN = C01.200
"""
    table = _read(tmp_path, text, "d2025.bin")
    assert [_texts(concept) for concept in table] == [_MESH_TEXTS]
    assert table.report.skipped == 1


def _record(label: str, *terms: str) -> str:
    listed = "".join(f"<Term><String>{term}</String></Term>" for term in terms)
    return (
        f"<DescriptorRecord><DescriptorUI>D1</DescriptorUI><DescriptorName><String>{label}</String></DescriptorName>"
        f"<TreeNumberList><TreeNumber>C01</TreeNumber></TreeNumberList>"
        f"<ConceptList><Concept><TermList>{listed}</TermList></Concept></ConceptList></DescriptorRecord>"
    )


def test_mesh_in_xml(tmp_path: Path) -> None:
    records = _record("Fever, Blue", "Fever, Blue", "Blue Fevers", "Fevers, Blue", "BFV") + _record("Alone", "Alone")
    text = f'<?xml version="1.0"?>\n<DescriptorRecordSet LanguageCode="eng">{records}</DescriptorRecordSet>'
    table = _read(tmp_path, text, "desc2025.xml")
    assert [_texts(concept) for concept in table] == [_MESH_TEXTS]
    assert table.report.left_out == 1


def test_mesh_that_was_cut_off(tmp_path: Path) -> None:
    text = f"<DescriptorRecordSet>{_record('Fever, Blue', 'Blue Fevers')}<DescriptorRecord>"
    table = _read(tmp_path, text, "desc2025.xml")
    with pytest.raises(TermTableError, match=r"desc2025\.xml can't be read to its end"):
        list(table)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Infarction, Myocardial", "Myocardial Infarction"),
        ("Diabetes Mellitus, Type 2", "Type 2 Diabetes Mellitus"),
        ("Leukemia, Myeloid, Acute", "Acute Myeloid Leukemia"),
        ("Heart", None),
        ("Wounds, Cuts, and Bruises", None),
        ("2,4-Dinitrophenol", None),
        ("Benzoic acid, 4-(methyl)-", None),
    ],
)
def test_turned_round(term: str, expected: str | None) -> None:
    assert turned_round(term) == expected


@given(st.lists(st.from_regex(r"[A-Z][a-z]{4,9}", fullmatch=True), min_size=2, max_size=3))
def test_turned_round_keeps_the_words(parts: list[str]) -> None:
    turned = turned_round(", ".join(parts))
    assert turned is not None
    assert turned.split() == parts[::-1]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Blue fever, not elsewhere classified", "Blue fever"),
        ("Blue fever NOS", "Blue fever"),
        ("Blue fever [old name] (with spots)", "Blue fever"),
        ("蓝热（不伴皮疹）", "蓝热"),
        ("lipoprotein(a)", "lipoprotein(a)"),
        ("(blue fever)", "(blue fever)"),
    ],
)
def test_clean_title(title: str, expected: str) -> None:
    assert clean_title(title) == expected


@given(st.text(max_size=60))
def test_clean_title_is_idempotent(title: str) -> None:
    assert clean_title(clean_title(title)) == clean_title(title)


@given(st.text(max_size=20), st.text(max_size=20), st.lists(st.text(max_size=20), max_size=4))
def test_forms_are_distinct_and_preferred_ones_first(english: str, chinese: str, others: list[str]) -> None:
    found = forms(english, chinese, others, others)
    assert len({form.text.casefold() for form in found}) == len(found)
    roles = [form.role for form in found]
    assert roles == sorted(roles, key=list(Role).index)


def test_bad_lines_are_counted_and_the_first_ones_shown(tmp_path: Path) -> None:
    bad = "\n".join("蓝热\t怪热" for _ in range(9))
    good = "\n".join(f"{name} fever\t蓝热" for name in ("red", "odd", "wet") * 20)
    table = _read(tmp_path, f"{good}\n{bad}\n")
    assert len(list(table)) == 60
    assert table.report.skipped == 9
    assert [example.line for example in table.report.examples] == list(range(61, 61 + EXAMPLES))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and more", "workbook or a zip"),
        (b"# only a comment\n", "comments only"),
        ("蓝热\n怪热\n".encode(), "no term table that we know"),
        ("蓝热\t606\n怪热\t303\n".encode(), "no term table that we know"),
        (b"\xff\x00\xff\xff\x81", "neither in UTF-8"),
    ],
)
def test_what_is_no_term_table(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "table.tsv"
    path.write_bytes(data)
    with pytest.raises(TermTableError, match=said):
        read_terms(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TermTableError, match=r"none\.tsv can't be read"):
        read_terms(tmp_path / "none.tsv")


def test_broken_gzip(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv.gz"
    path.write_bytes(gzip.compress(_FIVE.encode() * 9000)[:60])
    with pytest.raises(TermTableError, match="can't be read to its end"):
        list(read_terms(path))


@given(text=st.text('蓝热ab\t,|\n#"0[]', max_size=120))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "table.tsv"
    path.write_text(text, encoding="utf-8")
    try:
        table = read_terms(path)
    except TermTableError:
        return
    for concept in table:
        assert len(concept.forms) > 1


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("mesh_id_label_mappings.tsv", 26_000),
        ("icd10_zh_en_joined.tsv", 7_000),
        ("hp-zh.babelon.tsv", 18_900),
        ("chinaxiv_author_keyword_pairs.tsv", 18_400),
        ("imantsm_all.csv", 4_400),
    ],
)
def test_published_tables(shared: Path, name: str, least: int) -> None:
    path = shared / "data" / "terms" / name
    if not path.exists():
        pytest.skip(f"needs the real table {path}")
    table = read_terms(path)
    assert sum(1 for _ in table) >= least
    assert table.report.concepts >= least
    assert table.report.skipped < 30
