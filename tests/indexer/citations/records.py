"""Articles to be cited; none exists."""

from __future__ import annotations

from indexer.record import Record

TRIAL = Record(
    id="doi:10.5555/x.1",
    doi="10.5555/x.1",
    pmid="123",
    title_en="Early walking after hip fracture: a randomised trial",
    title_zh="髋部骨折术后早期下床：一项随机试验",
    abstract_en="Aim: none.",
    abstract_zh="目的：无。",
    authors=("Ada B Example", "Eva De Angelis"),
    keywords=("hip", "walking"),
    languages=("eng",),
    journal="Example Journal of Rehabilitation",
    journal_abbreviation="Ex J Rehabil",
    issn="0000-0019",
    volume="12",
    issue="3",
    pages="1245-1252",
    publication_date="2024-05-03",
    year=2024,
    url="https://example.org/1",
)
CHINESE = Record(
    id="hash:" + "0" * 32,
    title_zh="髋部骨折术后早期下床",
    title_en="Early walking after hip fracture",
    authors=("李明", "欧阳修", "王芳", "张三"),
    languages=("chi",),
    journal="虚构医学杂志",
    volume="30",
    issue="2",
    pages="45-52",
    publication_date="2023-11",
    year=2023,
)
MANY = Record(
    id="pmid:5",
    pmid="5",
    title_en="Many hands",
    authors=tuple(f"{chr(65 + number)}nn Author{chr(97 + number)}" for number in range(22)),
    journal="Example Journal",
    year=2020,
)
BARE = Record(id="hash:" + "1" * 32, title_en="Nothing else is known")
RETRACTED = Record(
    id="pmid:6",
    pmid="6",
    title_en="What was never so",
    authors=("Ada Example", "ABC Study Group"),
    journal="Example Journal",
    volume="1",
    pages="e7",
    year=2010,
    retracted=True,
)
