"""The client is an extra: nothing needs it that does not speak to a cluster."""

from __future__ import annotations

import subprocess
import sys

WITHOUT = """
import sys
sys.modules["opensearchpy"] = None
from click.testing import CliRunner
from search_web.command import main
from search_web import create_app
done = CliRunner().invoke(main, ["search", "heart", "--index", "opensearch+http://localhost/name"])
print(done.exit_code, done.output)
"""


def test_what_is_missing_is_said_where_it_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1 Error: ")
    assert "pip install 'medsearch[opensearch]'" in done.stdout
