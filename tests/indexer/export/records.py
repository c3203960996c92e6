"""Records as readers yield them, full of what formats stumble over, and exports of them."""

from __future__ import annotations

import re
import string

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from indexer import analysis
from indexer.export import FORMATS, Entry
from indexer.export.notes import number
from indexer.record import Heading, Notice, Qualifier, Record, identity
from indexer.sources import Noted, Read, fields, pubmed, read, values
from indexer.sources.medline import NOTICES

TRICKY = "\"'`{}\\%&$#_^~@=+-<>[]()*!?.,:|/–—αµ©→²"
LETTERS = "abcdefgXYZéüß0123456789" + TRICKY
HAN = "髋骨折术后早期下床试验肿瘤患者，。：《》（）"
WORDS = st.text(LETTERS, min_size=1, max_size=8)
CHINESE = st.text(HAN, min_size=2, max_size=8).filter(lambda text: analysis.language_of(text) == "zh")


def is_kept(text):
    """True where no reader would put right anything in it."""
    return (
        values.text(text) == text
        and pubmed.title(text) == text
        and pubmed.abstract(text) == text
        and fields._titles(text) == (text,)
        and not values.is_corrupted(text)
        and not re.match(r"\W*(?:retracted|撤稿|已撤稿)", text, re.IGNORECASE)
    )


ENGLISH = st.lists(WORDS, min_size=1, max_size=5).map(" ".join).filter(is_kept)
ENGLISH = ENGLISH.map(lambda text: f"Effects {text}").filter(lambda text: is_kept(text) and len(text) > 3)
MIXED = st.tuples(CHINESE, st.sampled_from(["", "CT", "{x}", "50%", "IL-6", '"a"', "A&B", "x_y", "x\\y"])).map("".join)
MIXED = MIXED.filter(lambda text: is_kept(text) and analysis.language_of(text) == "zh")
PARAGRAPH_ENGLISH = st.lists(ENGLISH, min_size=1, max_size=3).map("\n".join)
PARAGRAPH_CHINESE = st.lists(MIXED, min_size=1, max_size=3).map("\n".join)
LISTED = st.text(string.ascii_lowercase + "é{}%&\\_\"'", min_size=2, max_size=6).filter(is_kept) | CHINESE.map(
    lambda text: re.sub(r"\W", "", text) + "症"
)
PEOPLE = st.sampled_from(
    [
        "John A Smith",
        "Eva de la Cruz",
        "李明",
        "欧阳修",
        "Jean-Paul O'Brien",
        "William Brown Jr",
        "Zoë Müller & Sons Study Group",
        "Department of Surgery and Friends Consortium",
        "M. van {x} Öst",
        "R\\&D_Team Collaboration",
        "Anna And",
        "Madonna",
    ]
)
TYPES = ["Review", "Meta-Analysis", "Clinical Trial, Phase III", "Randomized Controlled Trial"]
DOIS = st.text(string.ascii_lowercase + string.digits + "/-_();<>", min_size=1).map(lambda rest: f"10.5555/{rest}x")
NUMBERS = st.integers(1, 99_999_999).map(str)


def issn(digits):
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True))
    check = -weighted % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if check == 10 else check}"


ISSNS = st.integers(1, 9_999_999).map("{:07}".format).map(issn)
ADDRESSES = st.text(string.ascii_letters + string.digits + "/?=&%_~#-;", max_size=20).map(
    "https://example.org/".__add__
)
HEADINGS = st.lists(
    st.builds(
        Heading,
        st.sampled_from(["Asthma", "Humans", "Hip Fractures"]),
        st.booleans(),
        st.lists(st.builds(Qualifier, st.sampled_from(["drug therapy", "surgery"]), st.booleans()), max_size=2).map(
            tuple
        ),
    ),
    max_size=2,
).map(tuple)
NOTICES_BUILT = st.lists(
    st.builds(
        Notice,
        st.sampled_from(sorted(set(NOTICES.values()) - {"RetractionIn"})),
        st.none() | st.just("Lancet. 2010 Feb 6;375(9713):445."),
        NUMBERS,
    ),
    max_size=2,
).map(tuple)


@st.composite
def built(draw):
    """A record whose values are as any reader of ours would leave them."""
    maybe = st.none()
    titles = {"title_en": draw(maybe | ENGLISH), "title_zh": draw(maybe | MIXED)}
    abstracts = {"abstract_en": draw(maybe | PARAGRAPH_ENGLISH), "abstract_zh": draw(maybe | PARAGRAPH_CHINESE)}
    if not any((*titles.values(), *abstracts.values())):
        titles["title_en"] = draw(ENGLISH)
    ids = {
        "doi": draw(maybe | DOIS),
        "pmid": draw(maybe | NUMBERS),
        "pmcid": draw(maybe | NUMBERS.map("PMC".__add__)),
        "paper_id": None,
    }
    journal = draw(maybe | st.just("Example Journal of Rehabilitation & {Surgery}") | st.just("虚构医学杂志 50%"))
    date = draw(maybe | st.dates().filter(lambda day: 1600 <= day.year <= 2100).map(str))
    date = date and date[: draw(st.sampled_from([4, 7, 10]))]
    issns = draw(st.lists(ISSNS, min_size=2, max_size=2, unique=True))
    types = draw(st.lists(st.sampled_from(TYPES), unique=True))
    retracted = draw(maybe | st.just(True))
    title = titles["title_en"] or titles["title_zh"]
    return Record(
        id=identity(**ids, title=title, journal=journal),
        **ids,
        **titles,
        **abstracts,
        authors=tuple(draw(st.lists(PEOPLE, max_size=4, unique=True))),
        keywords=tuple(draw(st.lists(LISTED, min_size=2, max_size=4, unique_by=str.casefold) | st.just([]))),
        headings=draw(HEADINGS),
        languages=tuple(draw(st.lists(st.sampled_from(["eng", "chi", "ger"]), max_size=2, unique=True))),
        retracted=retracted,
        notices=draw(NOTICES_BUILT),
        publication_types=("Journal Article", *types, *(["Retracted Publication"] if retracted else [])),
        journal=journal,
        journal_abbreviation=draw(maybe | st.just("Ex J")) if journal and journal.isascii() else None,
        issn=draw(maybe | st.just(issns[0])),
        eissn=draw(maybe | st.just(issns[1])),
        volume=draw(maybe | st.sampled_from(["12", "A3"])),
        issue=draw(maybe | st.sampled_from(["3", "Suppl 1", "1-2"])),
        pages=draw(maybe | st.sampled_from(["45-52", "e123", "S1-S9", "1-2, 5", "7"])),
        publication_date=date,
        year=int(date[:4]) if date else None,
        jcr_quartile=draw(maybe | st.sampled_from(["Q1", "Q4"])),
        jcr_categories=draw(st.sampled_from([(), ("MEDICINE, RESEARCH & EXPERIMENTAL", "ONCOLOGY")])),
        impact_factor=draw(maybe | st.integers(1, 999_999).map(lambda thousandths: thousandths / 1000)),
        cas_zone=draw(maybe | st.integers(1, 4)),
        cas_category=draw(maybe | st.just("医学")),
        citation_count=draw(maybe | st.integers(0, 1000)),
        open_access=None,
        url=draw(maybe | ADDRESSES),
    )


exporting = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests of what `built` makes."""

EDITIONS = {"JCR": "JCR 2024", "CAS": "CAS 2025"}


def entry(record, editions=None):
    return Entry(record, record, EDITIONS if editions is None else editions)


def exported(name, records, editions=None):
    return b"".join(FORMATS[name].write(entry(record, editions) for record in records))


def read_back(content, folder):
    """The records of an export, by our reader, which must have nothing to say about it."""
    path = folder / "export"
    path.write_bytes(content)
    outcomes = list(read(path))
    assert all(isinstance(each, Read) for each in outcomes), [each for each in outcomes if not isinstance(each, Read)]
    assert not [each for each in outcomes if isinstance(each, Noted)]
    return [each.record for each in outcomes]


def metrics_said(record, editions=EDITIONS):
    """The lines that exports have for people."""
    lines = []
    if record.jcr_quartile:
        lines.append(f"JCR quartile: {record.jcr_quartile} ({editions['JCR']})")
    if record.impact_factor:
        lines.append(f"Impact factor: {number(record.impact_factor)} ({editions['JCR']})")
    if record.cas_zone:
        category = f" {record.cas_category}" if record.cas_category else ""
        lines.append(f"CAS zone: {record.cas_zone}{category} ({editions['CAS']})")
    return lines
