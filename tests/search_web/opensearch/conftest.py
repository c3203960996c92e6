from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.search_web.conftest import build_samples, served


# All that rests on the index is made here as well: pytest keeps what it made first of a fixture for the whole session,
# and gives it to those for whom another index stands below it.
@pytest.fixture(scope="session")
def app(index: str) -> Flask:
    return served(index)


@pytest.fixture(scope="session")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def index(remote_location: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """In place of the embedded index of the same records."""
    location = remote_location()
    build_samples(location, tmp_path_factory.mktemp("tables"))
    return location
