from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def served_location(remote_location: Callable[[], str]) -> str:
    """In place of the embedded index of the same records."""
    return remote_location()


@pytest.fixture
def size() -> str:
    return "desktop"


@pytest.fixture
def locale() -> str:
    return "zh-CN"
