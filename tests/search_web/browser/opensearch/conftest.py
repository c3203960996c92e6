from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.search_web.browser.conftest import serving


@pytest.fixture(scope="session")
def address(remote_location: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """In place of that of the embedded index of the same records."""
    with serving(remote_location(), tmp_path_factory.mktemp("records")) as found:
        yield found


@pytest.fixture
def size() -> str:
    return "desktop"


@pytest.fixture
def locale() -> str:
    return "zh-CN"
