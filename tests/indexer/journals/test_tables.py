from __future__ import annotations

import contextlib
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.errors import JournalTableError
from indexer.journals import CategoryRank, Edition, Family, JournalTables, read_tables
from tests.indexer.journals import tables as samples
from tests.indexer.journals.tables import write, write_all, written


def _names(tables):
    return [edition.name for edition in tables.editions()]


def _of(tables, name, family, year=None):
    return tables.find(name).journal.under(Edition(family, year))


def test_every_shape_is_recognised_with_its_edition(tmp_path):
    tables = read_tables(write_all(tmp_path))
    assert _names(tables) == [
        "JCR 2025",
        "JCR 2024",
        "JCR 2023",
        "CAS 2025",
        "CAS 2023",
        "Warning 2025",
        "Warning 2023",
        "SJR",
    ]
    assert tables.default(Family.JCR) == Edition(Family.JCR, 2025)
    assert [report.rows for report in tables.reports] == [3, 2, 3, 2, 2, 2, 1, 3, 4]


def test_a_jcr_table_of_one_category_in_each_row(tmp_path):
    tables = read_tables(written(tmp_path, jcr=samples.JCR_2023))
    metrics = _of(tables, "Annals of Imaginary Medicine", Family.JCR, 2023)
    assert (metrics.impact_factor, metrics.quartile) == (12.3, "Q1")
    assert metrics.categories == (CategoryRank("MEDICINE, GENERAL & INTERNAL", "Q1", rank="4/325"),)


def test_an_impact_factor_that_is_only_said_to_be_small(tmp_path):
    metrics = _of(read_tables(written(tmp_path, jcr=samples.JCR_2023)), "Gazette of Fabled Surgery", Family.JCR, 2023)
    assert (metrics.impact_factor, metrics.impact_factor_below) == (0.1, True)


def test_one_quartile_for_several_categories_is_the_journals(tmp_path):
    metrics = _of(
        read_tables(written(tmp_path, jcr=samples.JCR_2024)), "annals of imaginary medicine", Family.JCR, 2024
    )
    assert (metrics.quartile, metrics.rank) == ("Q1", "3/326")
    assert metrics.categories == (CategoryRank("MEDICINE, GENERAL & INTERNAL"), CategoryRank("ONCOLOGY"))


def test_the_quartile_of_several_is_the_best_and_all_are_kept(tmp_path):
    metrics = _of(
        read_tables(written(tmp_path, jcr=samples.JCR_2025)), "Annals of Imaginary Medicine", Family.JCR, 2025
    )
    assert metrics.quartile == "Q1"
    assert metrics.categories == (
        CategoryRank("ONCOLOGY", "Q2", rank="80/333"),
        CategoryRank("MEDICINE, GENERAL & INTERNAL", "Q1", rank="5/336"),
    )


def test_rows_of_one_journal_are_one_entry(tmp_path):
    tables = read_tables(written(tmp_path, any_name=samples.CLARIVATE))
    assert len(tables) == 1
    entry = tables.find(None, "Ann. Imag. Med.")
    assert entry.journal.abbreviation == "ANN IMAG MED"
    metrics = entry.journal.under(Edition(Family.JCR, 2022))
    assert (metrics.impact_factor, metrics.quartile) == (11.1, "Q1")
    assert [category.quartile for category in metrics.categories] == ["Q2", "Q1"]


def test_a_cas_table_of_zones(tmp_path):
    metrics = _of(
        read_tables(written(tmp_path, cas=samples.CAS_2023)), "Annals of Imaginary Medicine", Family.CAS, 2023
    )
    assert (metrics.zone, metrics.rank, metrics.category, metrics.top) == (1, None, "医学", True)
    assert metrics.categories == (CategoryRank("MEDICINE, GENERAL & INTERNAL 医学：内科", zone=1),)


def test_a_cas_table_of_zones_with_ranks(tmp_path):
    metrics = _of(
        read_tables(written(tmp_path, cas=samples.CAS_2025)), "Annals of Imaginary Medicine", Family.CAS, 2025
    )
    assert (metrics.zone, metrics.rank, metrics.category, metrics.top) == (2, "168/495", "医学", False)
    assert metrics.categories == (
        CategoryRank("MEDICINE, GENERAL & INTERNAL 医学：内科", zone=2, rank="16/200"),
        CategoryRank("ONCOLOGY 肿瘤学", zone=3, rank="99/300"),
    )


def test_warning_lists_with_levels_and_with_reasons(tmp_path):
    tables = read_tables(written(tmp_path, a=samples.WARNING_2023, b=samples.WARNING_2025))
    journal = tables.find("The Gazette of Fabled Surgery").journal
    assert [(each.edition.name, each.warning_level, each.warning_reason) for each in journal.metrics] == [
        ("Warning 2025", None, "引用操纵、论文工厂"),
        ("Warning 2023", "高", None),
    ]


def test_scimago_with_decimal_commas_and_the_year_of_the_file_name(tmp_path):
    tables = read_tables([write(tmp_path, "scimago 2021.csv", samples.SCIMAGO)])
    metrics = _of(tables, "Annals of Imaginary Medicine", Family.SJR, 2021)
    assert (metrics.sjr, metrics.h_index, metrics.quartile) == (106.094, 211, "Q1")
    assert _of(tables, "Phantom Reports (discontinued)", Family.SJR, 2021).quartile is None


def test_scimagos_own_export(tmp_path):
    tables = read_tables([write(tmp_path, "scimago.csv", samples.SCIMAGO_OWN)])
    metrics = tables.find(None, issn="1111-112X").journal.under(Edition(Family.SJR, 2022))
    assert (metrics.sjr, metrics.quartile) == (106.094, "Q1")
    assert metrics.categories == (CategoryRank("Oncology", "Q1"), CategoryRank("Hematology", "Q2"))


def test_one_table_of_several_families_and_years(tmp_path):
    content = (
        "期刊,ISSN,IF(2023),IF(2024),JCR分区,大类,大类分区,预警等级（2021）\n虚构医学,4444-4444,1.5,1.8,Q2,医学,3,低\n"
    )
    tables = read_tables([write(tmp_path, "mixed2020.csv", content)])
    assert _names(tables) == ["JCR 2024", "JCR 2023", "CAS 2020", "Warning 2021"]
    journal = tables.find("虚构医学").journal
    assert journal.under(Edition(Family.JCR, 2023)).impact_factor == 1.5
    assert journal.under(Edition(Family.JCR, 2024)).impact_factor == 1.8
    assert journal.under(Edition(Family.WARNING, 2021)).warning_level == "低"


def test_one_journal_of_all_tables(tmp_path):
    tables = read_tables(write_all(tmp_path))
    journal = tables.find("Annals of Imaginary Medicine").journal
    assert [metrics.edition.name for metrics in journal.metrics] == [
        "JCR 2025",
        "JCR 2024",
        "JCR 2023",
        "CAS 2025",
        "CAS 2023",
        "SJR",
    ]
    assert (journal.name, journal.abbreviation, journal.issn, journal.eissn) == (
        "Annals of Imaginary Medicine",
        "Ann Imag Med",
        "1111-1111",
        "1111-112X",
    )


def test_a_journal_that_moved_answers_for_each_edition(tmp_path):
    journal = read_tables(write_all(tmp_path)).find(None, issn="1111-1111").journal
    assert journal.under(Edition(Family.CAS, 2023)).zone == 1
    assert journal.under(Edition(Family.CAS, 2025)).zone == 2
    assert journal.under(Edition(Family.CAS, 2024)) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends(tmp_path, encoding, delimiter, end):
    rows = (("期刊", "ISSN", "大类", "大类分区", "Top"), ("虚构医学杂志", "4444-4444", "医学", "3 [5/9]", "是"))
    content = end.join(delimiter.join(row) for row in rows).encode(encoding)
    journal = read_tables([write(tmp_path, "cas2022.csv", content)]).find("虚构医学杂志").journal
    metrics = journal.under(Edition(Family.CAS, 2022))
    assert (metrics.zone, metrics.rank, metrics.category, metrics.top) == (3, "5/9", "医学", True)


def test_what_can_not_be_read_is_counted_and_the_rest_is_used(tmp_path):
    content = (
        "Journal,ISSN,IF(2024),IF Quartile(2024)\n"
        "Annals of Imaginary Medicine,1111-1111,much,Q1\n"
        ",N/A,3.3,Q2\n"
        '"Gazette of Fabled Surgery,2222-2222,2.0,Q3\n'
        "Marvels,3333-3333,4.0,Q7\n"
        ",,,\n"
        "Tales of Biology,5555-5555,5.0,Q2,and,more\n"
    )
    tables = read_tables(written(tmp_path, jcr=content))
    (report,) = tables.reports
    assert (report.rows, report.unreadable_rows, report.unreadable_values) == (6 - 1, 1, 2)
    assert [(problem.line, problem.reason.split(":")[0]) for problem in report.examples] == [
        (2, "IF(2024)"),
        (3, "the row names no journal"),
        (5, "IF Quartile(2024)"),
    ]
    assert _of(tables, "Annals of Imaginary Medicine", Family.JCR, 2024).quartile == "Q1"
    assert _of(tables, "Tales of Biology", Family.JCR, 2024).impact_factor == 5.0


def test_a_cell_too_long_for_any_table_loses_its_row_only(tmp_path):
    content = f"{samples.JCR_2024}{'x' * 200_000},5555-5555,,,9,Q1,1/2\nMarvels,3333-3333,,BIOLOGY,2,Q2,1/3\n"
    tables = read_tables(written(tmp_path, jcr=content))
    assert tables.reports[0].unreadable_rows == 1
    assert tables.find("Marvels") is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,colour\nApple,red\nPlum,blue\n", "'name,colour'"),
        ("", "it is empty"),
        (b"PK\x03\x04rest", "save the sheet as CSV"),
        (b"\xff\xff\xff\xff", "neither in UTF-8"),
        ('{"title": "A trial"}\n', "title"),
    ],
)
def test_a_file_that_is_no_journal_table(tmp_path, content, said):
    path = write(tmp_path, "other.csv", content)
    with pytest.raises(JournalTableError) as caught:
        read_tables([path])
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(JournalTableError, match=r"missing\.csv can't be read"):
        read_tables([tmp_path / "missing.csv"])
    with pytest.raises(JournalTableError, match="can't be read"):
        read_tables([tmp_path])


def test_no_tables_know_no_journal():
    tables = read_tables([])
    assert (len(tables), tables.editions(), tables.default(Family.JCR)) == (0, (), None)
    assert tables.find("Annals of Imaginary Medicine", "Ann Imag Med", "1111-1111", None) is None


def test_dumped_tables_answer_alike(tmp_path):
    tables = read_tables(write_all(tmp_path))
    loaded = JournalTables.load(tables.dump())
    assert loaded.editions() == tables.editions()
    assert loaded.reports == tables.reports
    for names in (("Marvels (Basel)", None, None), (None, "Gaz Fabl Surg", None), (None, None, "1111-112X")):
        assert loaded.find(*names) == tables.find(*names) is not None


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda _: b"", lambda data: data[::-1]])
def test_damaged_tables_are_refused(tmp_path, damage):
    data = read_tables(write_all(tmp_path)).dump()
    with pytest.raises(JournalTableError, match="rebuild"):
        JournalTables.load(damage(data))


_CELLS = st.text(
    alphabet=st.sampled_from(string.ascii_letters + string.digits + " \",;<>/[]()-'\0\x85中区Q.\t"), max_size=20
)
_LINES = st.lists(st.lists(_CELLS, max_size=9).map(",".join), max_size=12)
_HEADERS = st.sampled_from(
    [content.split("\n", 1)[0] for content in samples.ALL.values() if content != samples.ABBREVIATIONS]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(header=_HEADERS, lines=_LINES)
def test_messy_rows_are_never_fatal(tmp_path, header, lines):
    path = write(tmp_path, "messy.csv", "\n".join([header, *lines]))
    tables = read_tables([path])
    report = tables.reports[0]
    assert 0 <= report.unreadable_rows <= report.rows <= len(lines) + 1
    loaded = JournalTables.load(tables.dump())
    for line in lines:
        name = line.split(",")[0]
        assert loaded.find(name, name, name, name) == tables.find(name, name, name, name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_clear_error(tmp_path, content):
    path = write(tmp_path, "any.csv", content)
    with contextlib.suppress(JournalTableError):
        assert read_tables([path]).reports[0].rows <= len(content)
