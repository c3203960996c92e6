"""Query strings that nobody types on purpose: pieces of the query language and of other texts, in any order.

`python -m tests.search_web.fuzz INDEX [COUNT]` asks the endpoint for so many of them and prints what was slowest.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote

from indexer import analysis
from search_web import create_app
from search_web.settings import Settings

PIECES = (
    *(
        "AND",
        "OR",
        "NOT",
        "与",
        "或",
        "非",
        "(",
        ")",
        "（",
        "）",
        '"',
        "“",
        "”",
        "＂",
        "'",
        ":",
        "：",
        "~",
        "~5",
        "^2",
        "|",
        ",",
    ),
    *(
        "[ti]",
        "[tiab]",
        "[tiab:~3]",
        "[au]",
        "[ta]",
        "[dp]",
        "[mh]",
        "[pt]",
        "[la]",
        "[pmid]",
        "[doi]",
        "[sb]",
        "[",
        "]",
    ),
    *(
        "title:",
        "标题:",
        "作者:",
        "期刊:",
        "年:",
        "year:",
        "quartile:",
        "zone:",
        "oa:",
        "mesh:",
        "nosuchfield:",
        "date:",
    ),
    *(
        "*",
        "?",
        "hea*",
        "*",
        "a*",
        "**",
        "h?art",
        "心*",
        "{",
        "}",
        "<",
        ">",
        ">=2020",
        "2020-2024",
        "2024-2020",
        "2020:",
        "/",
    ),
    *(
        "heart",
        "failure",
        "multiple myeloma",
        "心肌梗死",
        "多发性骨髓瘤",
        "糖尿病",
        "IL-6",
        "2型糖尿病",
        "the",
        "的",
        "PD-L1",
    ),
    *(
        "10.5555/medsearch.0001",
        "PMID: 12345",
        "PMC99",
        "pmid:1,2,3",
        "12345678",
        "#1",
        "#99",
        "https://doi.org/10.1/x",
    ),
    *(
        "\x00",
        "\t",
        "\n",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ufffd",
        "💊",
        "é",
        "ﬁ",
        "ß",
        "İ",
        "Ⅳ",
        "①",
        "٣",
        "\ud800",
        "&",
        ";",
        "%",
    ),
    *(
        "<script>",
        "{{7*7}}",
        "${x}",
        "../../etc/passwd",
        "' OR 1=1 --",
        "-",
        "--",
        "_",
        "+",
        "=",
        ".",
        "...",
        "!",
        "?!",
        "\\",
        "$",
    ),
)


def queries(count: int, seed: int) -> Iterator[str]:
    """So many strings, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        pieces = rng.choices(PIECES, k=rng.choice((1, 2, 3, 5, 8, 13, 40)))
        if rng.random() < 0.05:
            pieces = [rng.choice(pieces) * rng.choice((50, 500, 3000))]
        if rng.random() < 0.3:
            pieces.append(
                "".join(chr(rng.choice((rng.randrange(0x20, 0x250), rng.randrange(0x2E80, 0xFFFF)))) for _ in range(8))
            )
        yield rng.choice(("", " ", " ", " ")).join(pieces)


def address(query: str) -> str:
    """Where a string is searched for."""
    return "/api/v1/search?q=" + quote(query.encode("utf-8", "surrogatepass"))


def main() -> None:
    """Ask for many, and print how long they took."""
    client = create_app(sys.argv[1], Settings(time_limit=3600)).test_client()
    # As `serve` does before it listens.
    analysis.load()
    client.get("/healthz")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    took: list[tuple[float, str]] = []
    statuses: dict[int, int] = {}
    for query in queries(count, seed=1):
        started = time.process_time()
        status = client.get(address(query)).status_code
        took.append((time.process_time() - started, query))
        statuses[status] = statuses.get(status, 0) + 1
    took.sort()
    print(f"{count} strings, statuses {statuses}")
    print(f"CPU ms: p50 {took[count // 2][0] * 1000:.1f}, p99 {took[count * 99 // 100][0] * 1000:.1f}")
    for seconds, query in took[-5:]:
        print(f"{seconds * 1000:.0f} ms for {query[:80]!r}")


if __name__ == "__main__":
    main()
