#!/usr/bin/env python3
"""Rebuild the index: `scripts/rebuild_index.py SOURCE... [--index DIR]` is `medsearch build` under another name."""

import os
import sys
from pathlib import Path

try:
    from indexer.cli import build_command
except ModuleNotFoundError:
    # Started with a Python that medsearch is not installed in: go on with the one of scripts/start, if there is one.
    own = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "python"
    if not own.exists() or Path(sys.prefix) == own.parent.parent:
        sys.exit("medsearch is not installed for this Python; run scripts/start once, or: pip install medsearch")
    os.execv(own, [str(own), *sys.argv])  # noqa: S606

if __name__ == "__main__":
    build_command(prog_name=Path(sys.argv[0]).name)
