"""Columnar Whoosh indexes: postings, lengths, columns and stored fields as memory-mapped arrays.

An index stays a Whoosh index: Whoosh's table of contents, locks, commits, deletions, searcher, query parser and
spelling work on it. It is written by whole batches instead of by postings, and evaluators read its arrays uncopied.
Knows whoosh, numpy, numba and zstandard, and nothing of the programs that use it.

- `layout`: **the arrays**, exactly; `open_segment` and `open_generation` map them.
- `container`: a file of arrays with checksums. `stored`: stored fields, compressed document by document.
- `segment`: segments as Whoosh's table of contents keeps them, and the index that commits generations.
- `codec`: Whoosh's own reading and writing, posting by posting.
- `inverter`: the fast writer, from batches of tokens. `merge`: segments and runs into one, by copying arrays.
- `postings`, `documents`: the files that writers make. `packing`: their compiled loops.
- `errors`: what goes wrong.
"""
