"""Our word lists, in `data/`: words between white space; `#` begins a comment that ends with its line.

And an operator's lists, in the form of THUOCL: a word a line, perhaps with a tab and a number behind it.
"""

from __future__ import annotations

from pathlib import Path

from indexer.errors import SettingsError

_DIRECTORY = Path(__file__).parent / "data"


def read_words(name: str) -> tuple[str, ...]:
    """The words of a list, in its order."""
    return tuple(word for line in _lines(name) for word in line.split())


def read_pairs(name: str) -> dict[str, str]:
    """A list of two words a line: what stands first, with what stands second."""
    return dict(line.split() for line in _lines(name) if line.strip())


def read_pair_set(name: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a list of two words a line, where a first word may stand in several."""
    return tuple((first, second) for first, second in (line.split() for line in _lines(name) if line.strip()))


def read_rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a list, each as its words."""
    return tuple(tuple(line.split()) for line in _lines(name) if line.strip())


def read_operator_words(path: Path) -> list[str]:
    """The words of an operator's list, without their numbers.

    Raises:
        SettingsError: The file can't be read, is not UTF-8, or has a line that is no word.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        message = f"can't read the word list {path} (MEDSEARCH_WORDS): {error.strerror or error}; name a readable file"
        raise SettingsError(message) from error
    except UnicodeDecodeError as error:
        message = f"the word list {path} (MEDSEARCH_WORDS) is not UTF-8, from byte {error.start} on; save it as UTF-8"
        raise SettingsError(message) from error
    words = []
    for number, line in enumerate(lines, 1):
        word, tab, count = line.partition("\t")
        word, count = word.strip(), count.strip()
        if not word and not count:
            continue
        if not word or "\t" in count or (tab and count and not count.isdecimal()):
            message = (
                f"the word list {path} (MEDSEARCH_WORDS), line {number}: {line[:40]!r} is no word, with or without"
                " a tab and a number behind it"
            )
            raise SettingsError(message)
        words.append(word)
    return words


def _lines(name: str) -> list[str]:
    return [line.partition("#")[0] for line in (_DIRECTORY / name).read_text(encoding="utf-8").splitlines()]
