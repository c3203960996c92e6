"""The endpoint is as its own description says, whatever is asked of it."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from search_web.endpoint import OPERATIONS

EXAMPLES = 12
"""Of made-up requests for each operation, besides the ones that try the bounds of each parameter."""


@pytest.fixture
def served(app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


contract = schemathesis.pytest.from_fixture("served")


@contract.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: Any) -> None:
    case.call_and_validate()


def test_the_description_is_valid(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"
    assert [*document["paths"]] == [operation.path for operation in OPERATIONS]
