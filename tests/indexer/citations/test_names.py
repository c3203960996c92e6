import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.citations import Name, read_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("John A Smith", Name("Smith", "John A")),
        ("Smith, John A", Name("Smith", "John A")),
        ("Smith JA", Name("Smith", "J A")),
        ("Smith J.A.", Name("Smith", "J.A.")),
        ("J. Smith", Name("Smith", "J.")),
        ("JA Smith", Name("Smith", "J A")),
        ("ZHANG Wei", Name("ZHANG", "Wei")),
        ("Maria de la Cruz", Name("de la Cruz", "Maria")),
        ("Eva De Angelis", Name("De Angelis", "Eva")),
        ("de la Cruz M", Name("de la Cruz", "M")),
        ("van der Berg, Jan", Name("van der Berg", "Jan")),
        ("Nguyen Van An", Name("An", "Nguyen Van")),
        ("William Brown Jr", Name("Brown", "William", "Jr")),
        ("Brown, William, Jr.", Name("Brown", "William", "Jr.")),
        ("Brown, Jr, William", Name("Brown", "William", "Jr")),
        ("Sartre J-P", Name("Sartre", "J-P")),
        ("Madonna", Name("Madonna")),
        ("李明", Name("李明")),
        ("阿依古丽·买买提", Name("阿依古丽·买买提")),
        ("Li Ming (李明)", Name("Li Ming (李明)")),
        ("ABC Study Group", Name("ABC Study Group")),
        ("Department of Health, Education and Welfare", Name("Department of Health, Education and Welfare")),
        ("COVID-19 Investigators", Name("COVID-19 Investigators")),
    ],
)
def test_names(text, name):
    assert read_name(text) == name


@given(st.text(max_size=30))
def test_every_text_is_a_name_that_stays_what_it_is(text):
    name = read_name(text)
    assert read_name(name.inverted).inverted == name.inverted


def test_initials():
    assert read_name("John A Smith").initials == "JA"
    assert read_name("Jean-Paul Sartre").initials == "JP"
    assert read_name("李明").initials == ""
