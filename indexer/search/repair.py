"""What was typed -> tokens that the grammar accepts: the tolerant part of reading a query.

It goes through a text a few times from left to right, each time in time linear in its length:

1. `_readable`: full-width forms and all kinds of quotation marks become ASCII; a mark without a partner is left out.
2. `_Scan`: tokens that mean something only in their place (fields, tags, ranges) are that or words.
3. `_balanced`, `_joined`: parentheses without a partner and operators with nothing to join are left out.
4. `_grouped`: the words before a tag are what it belongs to, so they are put in parentheses.

Nothing is left out, or taken for something else than it may seem, without a note of where it stands. No offset moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lark import Token

from indexer import schema
from indexer.search import fields, grammar
from indexer.search.fields import Held, SearchField
from indexer.search.hits import Ignored, Reason
from indexer.search.values import is_date

MAX_DEPTH = 32
"""Parentheses nested more deeply are left out."""

_HALF_WIDTH = {0x3000: " ", **{full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}}
"""Full-width ASCII, as Chinese keyboards type it, means what ASCII does."""

_DOUBLE = frozenset('"“”„‟〝〞')
"""Any of them may close what another of them has opened, where what is quoted can't be quoting something itself."""
_OWN = {'"': '"', "“": "”", "„": "“”", "〝": "〞"}
"""What closes a double mark by right."""
_PAIRED = {"「": "」", "『": "』", "«": "»", "‘": "’"}
_CLOSING = {closing: opening for opening, closing in _PAIRED.items()}
_MARKS = _DOUBLE | set(_PAIRED) | set(_CLOSING)

_OPERATORS = frozenset(("_OR", "AND", "_NOT"))
_NOTHING_AFTER = _OPERATORS | {"FIELD"}
"""What can't be the last of a clause."""
_NOT_BEFORE = {
    "_OR": {"_OPEN", "_OR", "AND", "_NOT", "FIELD"},
    "AND": {"_OPEN", "_OR", "AND", "_NOT", "FIELD"},
    "_NOT": {"FIELD"},
    "TAG": {"_OPEN", "_OR", "AND", "_NOT", "FIELD", "TAG"},
}
"""What an operator or a tag can't follow."""
_TERMS = frozenset(("WORDS", "WILD"))
_WORDLIKE = frozenset(("WORDS", "BRACKET", "SPAN", "BOUND", "COLON"))
_OPERANDS = frozenset(("WORDS", "WILD", "NAMED", "QUOTED", "SLOP", "SPAN", "BOUND", "_CLOSE"))

WILDCARD = re.compile(r"[^\W_]\*(?!\d)|(?<![\w*])\*+[^\W\d_]|(?<=[a-z0-9])\?+(?=[a-z0-9])", re.IGNORECASE)
_MISTYPED_TAG = re.compile(r"[a-z][a-z /:~-]*", re.IGNORECASE)
_FUZZY = re.compile(r"(?<=[^\W\d_]{3})(?:~\d?(?:\.\d+)?|\^\d+(?:\.\d+)?)$")
"""Lucene's fuzzy search and boost, behind a word."""
_BOOST = re.compile(r"[~^]\d*(?:\.\d+)?")
"""The same behind a phrase or a group."""


def _readable(text: str, ignored: list[Ignored]) -> str:
    """The text with one kind of quotation marks, all of them paired, and without what has no meaning in a query."""
    # Lone surrogates and control characters trip whatever prints them later.
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text).translate(_HALF_WIDTH)
    if not _MARKS.intersection(text):
        return text
    notes: list[Ignored] = []
    read = _paired(text, notes, strict=True)
    if notes:
        others: list[Ignored] = []
        also_read = _paired(text, others, strict=False)
        if len(others) < len(notes):
            read, notes = also_read, others
    ignored += notes
    return read


def _paired(text: str, ignored: list[Ignored], *, strict: bool) -> str:
    """The text with one kind of quotation marks.

    Args:
        text: With marks of all kinds.
        ignored: Takes notes of marks without a partner.
        strict: Whether a double mark closes what another kind has opened only at the end of a word; else it is a part
            of what is quoted, as in `"的“知情同意”组"`.
    """
    last: dict[str, int] = {}
    last_any = -1
    for place, mark in enumerate(text):
        if mark in _MARKS and _closes(text, place):
            last[mark] = place
            if mark in _DOUBLE and (not strict or _ends(text, place)):
                last_any = place
    read: list[str] = []
    closing = ""
    for place, mark in enumerate(text):
        if closing:
            any_closes = closing[0] in _DOUBLE and mark in _DOUBLE and (not strict or _ends(text, place))
            if (mark in closing or any_closes) and _closes(text, place):
                closing, mark = "", '"'  # noqa: PLW2901
            elif mark in _MARKS and mark not in "‘’":
                mark = " "  # noqa: PLW2901
        elif mark in _DOUBLE or (mark in _PAIRED and (mark != "‘" or _opens(text, place))):
            closed_by = _OWN.get(mark, mark) if mark in _DOUBLE else _PAIRED[mark]
            behind = max(last.get(one, -1) for one in closed_by)
            if max(behind, last_any if mark in _DOUBLE else -1) > place:
                closing, mark = closed_by, '"'  # noqa: PLW2901
            elif mark != "‘":
                ignored.append(Ignored(mark, place, Reason.UNBALANCED_QUOTE))
                mark = " "  # noqa: PLW2901
        elif mark in _CLOSING and mark != "’":
            ignored.append(Ignored(mark, place, Reason.UNBALANCED_QUOTE))
            mark = " "  # noqa: PLW2901
        read.append(mark)
    return "".join(read)


def _opens(text: str, place: int) -> bool:
    """Whether a single quotation mark may open: it is an apostrophe within a word."""
    return not text[max(place - 1, 0) : place].strip(" (:=")


def _closes(text: str, place: int) -> bool:
    return text[place] != "’" or _ends(text, place)


def _ends(text: str, place: int) -> bool:
    """Whether a mark stands where what is quoted may end."""
    return not text[place + 1 : place + 2].strip(" )[~")


def lexed(text: str) -> list[Token]:
    """The tokens of a text as it was typed, before any of them is read in its context."""
    return list(grammar.lexed(_readable(text, [])))


def sentence(text: str, ignored: list[Ignored]) -> list[Token]:
    """The tokens of a text, without what keeps them from being a sentence of the grammar.

    QUOTED is given without its marks, TAG without its brackets.

    Args:
        text: As typed.
        ignored: Notes are added.
    """
    text = _readable(text, ignored)
    tokens = _balanced(_Scan(text, ignored).tokens(), ignored)
    while len(kept := _joined(tokens, ignored)) < len(tokens):
        # An empty pair of parentheses that is gone may have left an operator at the beginning.
        tokens = kept
    return list(_grouped(text, kept, ignored))


def _note(ignored: list[Ignored], token: Token, reason: Reason) -> None:
    ignored.append(Ignored(str(token), _start(token), reason))


def _start(token: Token) -> int:
    return token.start_pos or 0


def _made(kind: str, text: str, start: int, end: int) -> Token:
    return Token(kind, text, start_pos=start, end_pos=end)


class _Scan:
    """Reads the tokens of one text in their context."""

    def __init__(self, text: str, ignored: list[Ignored]) -> None:
        self._text = text
        self._ignored = ignored
        self._raw = list(grammar.lexed(text))
        self._out: list[Token] = []

    def tokens(self) -> list[Token]:
        """Tokens of which each is what it is called."""
        for place, token in enumerate(self._raw):
            if token.type == "FIELD":
                self._field(place, token)
            elif token.type == "TAG":
                self._tag(place, token)
            elif token.type == "COLON" and self._is_range(place):
                self._out.append(_made("_TO", ":", _start(token), _start(token) + 1))
            elif token.type in {"SPAN", "BOUND"} and self._out and self._out[-1].type == "FIELD":
                self._out.append(token)
            elif token.type in _WORDLIKE:
                self._word(_start(token), token.end_pos or 0)
            elif token.type == "QUOTED":
                self._quoted(token)
            elif token.type == "REFERENCE":
                # What is known of the history was put in its place before.
                _note(self._ignored, token, Reason.UNKNOWN_SEARCH)
            elif token.type != "SLOP" or (self._out and self._out[-1].type == "QUOTED" and self._touches(token)):
                self._out.append(token)
        return [kept for token in self._out if (kept := self._meant(token))]

    def _touches(self, token: Token) -> bool:
        return bool(self._out) and self._out[-1].end_pos == token.start_pos

    def _next(self, place: int) -> Token | None:
        return self._raw[place + 1] if place + 1 < len(self._raw) else None

    def _word(self, start: int, end: int) -> None:
        """A piece of text, together with what it touches."""
        if self._out and self._out[-1].type == "WORDS" and self._out[-1].end_pos == start:
            start = _start(self._out.pop())
        self._out.append(_made("WORDS", self._text[start:end], start, end))

    def _field(self, place: int, token: Token) -> None:
        """A name before a colon: a field, or a word."""
        name, sign = str(token)[:-1], str(token)[-1]
        start, end = _start(token), token.end_pos or 0
        behind = self._next(place)
        side_by_side = behind is not None and behind.start_pos == end and behind.type not in {"COLON", "_CLOSE"}
        if self._touches(token) and self._out[-1].type == "WORDS":
            self._word(start, end)
        elif fields.named(name):
            # "Type: 2" is a field as well, but for names as short as "PT: a review", which stand for many things.
            apart = sign == ":" and (len(name) > 3 or not name.isascii())
            if side_by_side or apart or behind is None or behind.type == "_CLOSE":
                self._out.append(token)
            else:
                self._word(start, end)
        elif sign == ":" and side_by_side:
            # "骨髓瘤:综述" is text; only a name in Latin letters looks like a mistaken field.
            if name.isascii():
                _note(self._ignored, token, Reason.UNKNOWN_FIELD)
            self._word(start, end - 1)
        else:
            self._word(start, end)

    def _tag(self, place: int, token: Token) -> None:
        """Brackets: a tag, or text."""
        inner = str(token)[1:-1]
        start, end = _start(token), token.end_pos or 0
        tag = fields.tagged(inner)
        behind_term = bool(self._out) and self._out[-1].type in _OPERANDS
        if tag and behind_term:
            if tag.held is not Held.EXACTLY and not tag.filter:
                reason = Reason.NEAREST_FIELD if tag.held is Held.NEARLY else Reason.ALL_FIELDS
                _note(self._ignored, token, reason)
            self._out.append(_made("TAG", inner, start, end))
        elif tag:
            _note(self._ignored, token, Reason.DANGLING_OPERATOR)
        elif behind_term and self._touches(token) and _MISTYPED_TAG.fullmatch(inner) and self._ends(place):
            _note(self._ignored, token, Reason.ALL_FIELDS)
            self._out.append(_made("TAG", fields.ALL.name, start, end))
        else:
            self._word(start, end)

    def _ends(self, place: int) -> bool:
        """Whether nothing touches the end of a token but what ends a clause."""
        behind = self._next(place)
        return behind is None or behind.start_pos != self._raw[place].end_pos or behind.type in {"_CLOSE", "COLON"}

    def _is_range(self, place: int) -> bool:
        """Whether a colon stands between a term, tagged or not, and a tagged one: `"2020"[dp] : "2024"[dp]`."""
        behind = [token for token in self._raw[place + 1 : place + 3] if re.search(r"[^\W_]", token)]
        if [token.type for token in behind] not in (["WORDS", "TAG"], ["QUOTED", "TAG"]):
            return False
        tag = fields.tagged(str(behind[1])[1:-1])
        if tag is None or not tag.field.is_range:
            return False
        before = self._out[-3:]
        if before and before[-1].type == "TAG":
            other = fields.tagged(before.pop())
            if other is None or not other.field.is_range:
                return False
        is_term = bool(before) and before[-1].type in {"WORDS", "QUOTED"} and bool(re.search(r"[^\W_]", before[-1]))
        return is_term and not (len(before) > 1 and before[-2].type == "_TO")

    def _quoted(self, token: Token) -> None:
        inner, start = str(token)[1:-1], _start(token)
        if re.search(r"[^\W_]", inner):
            self._out.append(_made("QUOTED", inner, start + 1, start + len(token)))
        else:
            _note(self._ignored, token, Reason.PUNCTUATION if inner.strip() else Reason.EMPTY)

    def _meant(self, token: Token) -> Token | None:
        """A token as what it is after all: a pattern, a word without Lucene's signs; None where it says nothing."""
        if token.type != "WORDS":
            return token
        start = _start(token)
        behind_clause = start > 0 and self._text[start - 1] in '")'
        if behind_clause and _BOOST.fullmatch(token):
            _note(self._ignored, token, Reason.UNSUPPORTED)
            return None
        if not re.search(r"[^\W_]", token):
            _note(self._ignored, token, Reason.PUNCTUATION)
            return None
        if fuzzy := _FUZZY.search(token):
            self._ignored.append(Ignored(fuzzy[0], start + fuzzy.start(), Reason.UNSUPPORTED))
            token = _made("WORDS", str(token)[: fuzzy.start()], start, start + fuzzy.start())
        return _made("WILD", str(token), start, token.end_pos or 0) if WILDCARD.search(token) else token


def _balanced(tokens: Sequence[Token], ignored: list[Ignored]) -> list[Token]:
    """The tokens without parentheses that have no partner or are nested too deeply."""
    dropped: dict[int, Reason] = {}
    open_at: list[int] = []
    for index, token in enumerate(tokens):
        if token.type == "_OPEN":
            open_at.append(index)
        elif token.type == "_CLOSE":
            if not open_at:
                dropped[index] = Reason.UNBALANCED_PARENTHESIS
                continue
            if len(open_at) > MAX_DEPTH:
                dropped[index] = dropped[open_at[-1]] = Reason.TOO_DEEP
            open_at.pop()
    dropped.update(dict.fromkeys(open_at, Reason.UNBALANCED_PARENTHESIS))
    for index, reason in dropped.items():
        _note(ignored, tokens[index], reason)
    return [token for index, token in enumerate(tokens) if index not in dropped]


def _joined(tokens: Sequence[Token], ignored: list[Ignored]) -> list[Token]:
    """The tokens without operators, fields and tags that have nothing to join.

    What a dropped token leaves empty is seen in the same pass, since it looks at what it has kept.
    """
    kept: list[Token] = []
    for token in tokens:
        before = kept[-1].type if kept else "_OPEN"
        if token.type == before == "_NOT":
            kept.pop()  # twice not is not at all
        elif before in _NOT_BEFORE.get(token.type, ()):
            _note(ignored, token, Reason.DANGLING_OPERATOR)
        elif token.type == "FIELD" and before == "FIELD":
            _note(ignored, token, Reason.UNKNOWN_FIELD)
        elif token.type == "_CLOSE":
            _drop_last(kept, ignored)
            if kept[-1].type == "_OPEN":
                kept.pop()
            else:
                kept.append(token)
        else:
            kept.append(token)
    _drop_last(kept, ignored)
    return kept


def _drop_last(kept: list[Token], ignored: list[Ignored]) -> None:
    while kept and kept[-1].type in _NOTHING_AFTER:
        _note(ignored, kept.pop(), Reason.DANGLING_OPERATOR)


def _grouped(text: str, tokens: Sequence[Token], ignored: list[Ignored]) -> Iterable[Token]:
    """The tokens with the words that each tag belongs to as one operand: those before it, back to anything else."""
    out: list[Token] = []
    for token in tokens:
        tag = fields.tagged(token) if token.type == "TAG" else None
        if tag is None:
            out.append(token)
            continue
        first = len(out)
        while first and out[first - 1].type in _TERMS:
            first -= 1
        if first and out[first - 1].type == "FIELD" and len(out) - first > 1:
            first += 1
        if first and out[first - 1].type == "_TO":
            first = len(out)
        run = out[first:]
        if tag.filter:
            token = _read_filter(text, run or out[-1:], out, token, ignored)  # noqa: PLW2901
            tag = fields.tagged(token) or tag
        elif not tag.field.is_text and len(run) > 1:
            _as_one(text, run[-_tail(tag.field, run) :], out)
        elif tag.gap is not None and len(run) > 1:
            _as_one(text, run, out)
        if tag.field.is_text and len(run) > 1 and out[-1].type in _TERMS:
            out.insert(first, _made("_OPEN", "(", _start(run[0]), _start(run[0])))
            out.append(_made("_CLOSE", ")", run[-1].end_pos or 0, run[-1].end_pos or 0))
        if tag.gap is not None and out[-1].type != "QUOTED":
            ignored.append(Ignored(f"[{token}]", _start(token), Reason.PROXIMITY))
        out.append(token)
    return out


def _as_one(text: str, run: Sequence[Token], out: list[Token]) -> None:
    """Put a phrase in place of the words that `out` ends with."""
    if len(run) > 1:
        start, end = _start(run[0]), run[-1].end_pos or 0
        out[-len(run) :] = [_made("QUOTED", text[start:end], start, end)]


def _tail(field: SearchField, run: Sequence[Token]) -> int:
    """How many of the words before a tag are the value that it belongs to."""
    words = [str(token) for token in run]
    if field.name == "date":
        return next((size for size in (3, 2) if is_date(" ".join(words[-size:]))), 1)
    if field.name == "type":
        known = (size for size in range(len(words), 0, -1) if schema.is_publication_type(" ".join(words[-size:])))
        return next(known, len(words))
    return 1


def _read_filter(text: str, run: Sequence[Token], out: list[Token], token: Token, ignored: list[Ignored]) -> Token:
    """One of PubMed's filters as the field and the value that it asks for; the tag as it is to be read."""
    for first in range(len(run)):
        start, end = _start(run[first]), run[-1].end_pos or 0
        if run[-1].type in _TERMS:
            asked = fields.filtered(text[start:end])
        else:
            asked = fields.filtered(run[-1]) if run[-1].type == "QUOTED" else None
        if asked:
            out[-(len(run) - first) :] = [_made("QUOTED", asked.value, start, end)]
            return _made("TAG", asked.field.name, _start(token), token.end_pos or 0)
    ignored.append(Ignored(f"[{token}]", _start(token), Reason.ALL_FIELDS))
    return _made("TAG", fields.ALL.name, _start(token), token.end_pos or 0)
