"""Whether two engines answer alike: the same records in each, the same random searches of each.

- `drawing` draws searches from records: trees of every kind of node, and texts as people type them, with filters.
- `answers` asks both engines, and says what differs: counts, sets, facets, scores; and orders, where scores tie.

`scripts/compare.py` runs both at any size; the suite does at a small one.
"""
