"""What is loaded when the program begins."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from indexer.analysis.importing import without


def test_a_module_is_missing_only_meanwhile(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "heavy_module.py").write_text("loaded = True")
    with without("heavy_module"), pytest.raises(ImportError):
        importlib.import_module("heavy_module")
    module = importlib.import_module("heavy_module")
    with without("heavy_module"):
        assert importlib.import_module("heavy_module") is module
    assert module.loaded
    del sys.modules["heavy_module"]


def test_it_is_there_again_after_an_error():
    with pytest.raises(ZeroDivisionError), without("heavy_module"):
        raise ZeroDivisionError
    assert "heavy_module" not in sys.modules


def test_builds_begin_without_statistics_and_learning():
    code = (
        "import sys, indexer.build; assert not {'scipy.stats', 'pandas', 'sklearn'} & sys.modules.keys();"
        "from indexer import analysis; assert analysis.key('Hearts') == 'heart'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
