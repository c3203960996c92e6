"""Sources: files of records in, one outcome for each record or for what is none out.

`read(path)` is the way in. It finds the files (`files`: a file, a folder, a pattern, a zip, gzip), recognises each by
its content (`formats`, the table of formats), and yields, lazily and in constant memory, an outcome for each record:
`Read` (the record and its position) or `Skipped` (the position and the reason). What can't be a source at all is a
`SourceError`, raised before anything is yielded.

Words: an *outer* object is what stands in a seed file; the *inner* one is the copy of it under `resultStr`; the *plain
part* is the lines behind the object. A format is a module that offers a `Format`: how to recognise it, and its reader.

- `outcomes`    Position, Read, Skipped, Format
- `files`       paths to byte streams
- `text`        bytes to text and lines: encodings and bounds
- `formats`     the table of formats
- `line_records`  a record a line: blocks of lines, on several cores
- `seed_files`  seed text and JSON lines
- `seed`        a seed object to a Record: which key gives what
- `records`     JSON lines of records themselves, as an export writes them
- `tables`      CSV and TSV
- `columns`     their columns: what the names mean
- `mapping`     columns and keys that the operator explains (`--map`)
- `fields`      values under names of fields to a Record
- `pubmed_xml`, `medline`, `pubmed_text`   PubMed's three forms
- `pubmed`      what these have in common
- `ris`, `wos`, `endnote`, `noteexpress`, `refworks`, `estudy`   exports of databases and reference managers
- `references`  what these have in common: which field gives what
- `tagged`      lines with tags to entries, and an entry to its fields
- `values`      single values: dates, numbers, identifiers, lists
- `objects`     JSON objects out of text
- `html`        HTML to plain text

A build (`indexer.build`) is what reads sources.
"""

from __future__ import annotations

from indexer.sources.files import read
from indexer.sources.outcomes import Deleted, Each, Noted, Options, Outcome, Position, Read, Skipped

__all__ = ["Deleted", "Each", "Noted", "Options", "Outcome", "Position", "Read", "Skipped", "read"]
