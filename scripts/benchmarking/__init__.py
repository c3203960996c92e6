"""The benchmark's parts: what `scripts/benchmark.py` measures, and how.

Our index and its peers are given the same tokens of the same records, the same queries and the same filters, and have
to give the same answer: ten records, an exact count, and the values of three facets. Each system builds and searches in
a process of its own, so that its peak of memory is its own; searches take turns in blocks, so that whatever else the
machine does hits all of them alike.

- `corpus`: records to index, taken or made. `ready`: their tokens and the vocabulary, which `preparing` makes once for
  all systems.
- `mix`: queries drawn from that vocabulary.
- `systems`: ours and the peers, a module for each.
- `worker`: the process of a system. `processes`: the other end of it.
- `building`, `searching`, `analysing`, `serving`, `scaling`: what each command measures.
- `report`: tables, versions, JSON.
"""
