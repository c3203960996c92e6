"""What this package raises."""

from __future__ import annotations


class ColumnarError(Exception):
    """Anything that goes wrong with a columnar index."""


class DamagedFileError(ColumnarError):
    """A file is not what was written: cut short, overwritten, or its checksum differs. Rebuild the index."""


class VersionError(ColumnarError):
    """A file is of a format version that this package does not read. Rebuild the index."""


class UnsupportedError(ColumnarError):
    """A schema or document asks for something that the columnar format does not hold."""
