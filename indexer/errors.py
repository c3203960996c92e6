"""The one tree of errors.

Every message says what was wrong, where, and what to do about it, in words that an operator or a searcher can act on.
Errors are translated once per boundary: the command line turns them into exit codes, the web into HTTP statuses.
"""


class MedsearchError(Exception):
    """Whatever we can name: its text is written for the person who sees it."""


class SourceError(MedsearchError):
    """A source as a whole can't be read: it is missing, empty, or in no format that we know."""


class RecordError(MedsearchError):
    """One record can't be used; the build skips and counts it."""


class JournalTableError(MedsearchError):
    """A journal table can't be read, or is none that we know."""


class TermTableError(MedsearchError):
    """A term table can't be read, or is none that we know."""


class IndexMissingError(MedsearchError):
    """There is no published index where one was expected."""


class IndexMismatchError(MedsearchError):
    """The index was built by another schema, dictionary or format version; it has to be rebuilt."""


class IndexDamagedError(MedsearchError):
    """The index is there but can't be opened or does not hold what its manifest says."""


class EngineUnavailableError(MedsearchError):
    """What holds the index, on other machines, can't be reached or can't answer now. HTTP 503."""


class IncompleteError(EngineUnavailableError):
    """Parts of an index did not answer, and what the others say is not the whole. HTTP 503.

    Attributes:
        allowed: Whether the index's location allows answers that say that they are in part.
    """

    def __init__(self, message: str, *, allowed: bool = False) -> None:
        super().__init__(message)
        self.allowed = allowed


class BuildError(MedsearchError):
    """A build can't start or can't publish; what was published before still serves."""


class ExportError(MedsearchError):
    """Records can't be written to where they should go."""


class RequestError(MedsearchError):
    """A search request that can't be understood: an unknown parameter, a filter value that is none."""


class OutOfReachError(RequestError):
    """A request that can be understood, for a part of a result that can't be reached in this way. HTTP 404."""


class CursorExpiredError(RequestError):
    """A cursor of a generation of the index that is no longer served. HTTP 410."""


class ServeError(MedsearchError):
    """The server can't start, for example because its port is taken."""


class SettingsError(MedsearchError):
    """A setting can't be used: it names a file that is missing, or that holds something else than it should."""


class SearchTimeoutError(MedsearchError):
    """A search was not done by its deadline. HTTP 503."""
