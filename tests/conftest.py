"""What tests share: where the sample records and the real data are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("medsearch", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("medsearch")

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLES = REPOSITORY / "scripts" / "samples"
SHARED = REPOSITORY.parent / "shared"


@pytest.fixture(scope="session")
def seed_file() -> Path:
    """The real seed record."""
    path = SHARED / "seeds" / "000_b51fd39b320efeb6.txt"
    if not path.exists():
        pytest.skip(f"needs the real seed record in {path.parent}")
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real data in {SHARED}")
    return SHARED


def write_jsonl(path: Path, objects: list[dict[str, object]]) -> Path:
    """A file of source objects, one a line."""
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects), encoding="utf-8")
    return path
