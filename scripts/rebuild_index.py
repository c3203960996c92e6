#!/usr/bin/env python3
"""Rebuild the index: `scripts/rebuild_index.py SOURCE... [--index DIR]` is `medsearch build` under another name."""

import sys

from indexer.cli import main

if __name__ == "__main__":
    main(["build", *sys.argv[1:]])
