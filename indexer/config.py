"""Settings that have a default. Each can be given on the command line or in the environment."""

DEFAULT_INDEX = "index"
"""The index's location, relative to the working directory; MEDSEARCH_INDEX names another."""
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_THREADS = 4
