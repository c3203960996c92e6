from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.search_web.conftest import build_samples


@pytest.fixture(scope="session")
def index(remote_location: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """In place of the embedded index of the same records."""
    location = remote_location()
    build_samples(location, tmp_path_factory.mktemp("tables"))
    return location
