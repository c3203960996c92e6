"""Which editions of journal metrics a search uses."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.errors import RequestError
from indexer.schema import Editions


def chosen_editions(names: Iterable[str], editions: Editions) -> dict[str, str]:
    """By family, the edition to use: the one that is named, else the newest. A family without editions is left out.

    Raises:
        RequestError: a name is none of the editions that the index holds, or two are of one family.
    """
    chosen: dict[str, str] = {}
    for name in names:
        wanted = " ".join(name.split()).casefold()
        found = [(family, one) for family, held in editions.items() for one in held if one.casefold() == wanted]
        if not found:
            held = ", ".join(one for names in editions.values() for one in names) or "none"
            raise RequestError(f"there is no edition {name[:40]!r}; the index holds {held}")
        family, edition = found[0]
        if chosen.setdefault(family, edition) != edition:
            raise RequestError(f"{chosen[family]} and {edition} are both named; name one edition of {family}")
    return {family: chosen.get(family, held[0]) for family, held in editions.items() if held}


def older_than_newest(chosen: dict[str, str], editions: Editions) -> dict[str, str]:
    """Those of the chosen editions that are not the newest of their family."""
    return {family: edition for family, edition in chosen.items() if edition != editions[family][0]}
