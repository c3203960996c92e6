"""The endpoint's description, of the same tables that check requests and of the types that are encoded.

`document` is OpenAPI 3.1, for programs; `pages` is the same for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from indexer import __version__
from indexer.schema import Editions
from search_web import answers
from search_web.endpoint import EDITION, OPERATIONS, Operation, Parameter, edition_schema
from search_web.errors import JSON, PROBLEM

_SCHEMAS = "#/components/schemas/{name}"
_ABOUT = (
    "Search over a collection of medical abstracts, in English and Chinese. Answers carry a weak ETag that names the "
    "generation of the index; send it back as If-None-Match. Errors are problem details (RFC 9457)."
)
_PROBLEMS: dict[int, str] = {
    400: "A parameter is unknown, repeated or missing, or has no such value",
    404: "There is no such thing, or no such place in the result",
    406: "None of the media types that Accept names is given here",
    410: "The cursor is of a generation of the index that is no longer served",
    413: "The request has a body, and a large one",
    414: "The address is too long",
    429: "This client asks too often; Retry-After says how many seconds to wait",
    503: "There is no index that can be searched, the search took too long, or parts of the index do not answer; "
    "Retry-After says when to ask again",
}
_RETRIED = {429, 503}


@lru_cache(maxsize=1)
def _types() -> tuple[Mapping[type, Mapping[str, Any]], Mapping[str, Any]]:
    """References to the schemas of the answers, and the schemas."""
    types: list[type] = [operation.answer for operation in OPERATIONS if operation.answer]
    types.append(answers.Problem)
    references, schemas = msgspec.json.schema_components(types, ref_template=_SCHEMAS)
    return dict(zip(types, references, strict=True)), schemas


def document(base: str, editions: Editions) -> dict[str, Any]:
    """The description in OpenAPI 3.1.

    Args:
        base: The path of the endpoint from the top of the host.
        editions: Those that the index holds, by family.
    """
    _, schemas = _types()
    return {
        "openapi": "3.1.0",
        "info": {"title": "medsearch", "version": __version__, "description": _ABOUT},
        "servers": [{"url": base}],
        "paths": {operation.path: {"get": _operation(operation, editions)} for operation in OPERATIONS},
        "components": {"schemas": schemas},
    }


def _operation(operation: Operation, editions: Editions) -> dict[str, Any]:
    return {
        "operationId": operation.name,
        "summary": operation.about.en,
        "parameters": [_parameter(parameter, editions) for parameter in operation.parameters],
        "responses": {
            "200": _answer(operation),
            "304": {"description": "The client has this answer already"},
            **{str(status): _problem(status) for status in _statuses(operation)},
        },
    }


def _parameter(parameter: Parameter[Any], editions: Editions) -> dict[str, Any]:
    schema, example = parameter.schema, parameter.example
    if parameter is EDITION:
        # Which there are, the index knows.
        schema = edition_schema(editions)
        example = ",".join(held[0] for held in editions.values() if held)
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "required": parameter.required,
        "description": parameter.about.en,
        "schema": dict(schema),
    }
    if schema["type"] == "array":
        described |= {"style": "form", "explode": False, "example": example.split(",")}
    elif schema["type"] == "integer":
        described["example"] = int(example)
    elif schema["type"] == "boolean":
        described["example"] = example == "true"
    else:
        described["example"] = example
    return described


def _answer(operation: Operation) -> dict[str, Any]:
    references, _ = _types()
    content: dict[str, Any] = {}
    if operation.answer:
        content[JSON] = {"schema": references[operation.answer]}
    for media_type in operation.files:
        content[media_type] = {"schema": {"type": "string"}}
    return {"description": operation.about.en, "content": content}


def _problem(status: int) -> dict[str, Any]:
    references, _ = _types()
    described: dict[str, Any] = {
        "description": _PROBLEMS[status],
        "content": {PROBLEM: {"schema": references[answers.Problem]}},
    }
    if status in _RETRIED:
        described["headers"] = {
            "Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}, "required": True}
        }
    return described


def _statuses(operation: Operation) -> Iterator[int]:
    for status in _PROBLEMS:
        if (status != 404 or operation.missing) and (status != 410 or operation.gone):
            yield status


@dataclass(frozen=True)
class ParameterPage:
    """A parameter as people read it."""

    name: str
    about: str
    values: str
    """What it takes; empty where that is any text."""
    default: str
    example: str
    required: bool


@dataclass(frozen=True)
class OperationPage:
    """An operation as people read it."""

    path: str
    name: str
    about: str
    parameters: tuple[ParameterPage, ...]
    example: str
    """An address that can be asked, below the endpoint's."""
    statuses: tuple[int, ...]
    media_types: tuple[str, ...]


def pages(language: str) -> tuple[OperationPage, ...]:
    """The description in one of the interface's languages."""
    return tuple(_page(operation, language) for operation in OPERATIONS)


def _page(operation: Operation, language: str) -> OperationPage:
    path = operation.path
    for parameter in operation.parameters:
        if parameter.in_path:
            path = path.replace("{" + parameter.name + "}", parameter.example)
    return OperationPage(
        path=operation.path,
        name=operation.name,
        about=getattr(operation.about, language),
        parameters=tuple(
            ParameterPage(
                name=parameter.name,
                about=getattr(parameter.about, language),
                values=_values(parameter),
                default=_default(parameter.schema.get("default", "")),
                example=parameter.example,
                required=parameter.required,
            )
            for parameter in operation.parameters
        ),
        example=path + _needed(operation),
        statuses=(200, *_statuses(operation)),
        media_types=((JSON,) if operation.answer else ()) + operation.files,
    )


def _needed(operation: Operation) -> str:
    needed = [one for one in operation.parameters if not one.in_path and (one.required or one.name == "q")]
    return "?" + "&".join(f"{one.name}={one.example.replace(' ', '+')}" for one in needed) if needed else ""


def _default(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(parameter: Parameter[Any]) -> str:
    schema: Mapping[str, Any] = parameter.schema
    words = schema.get("enum") or schema.get("items", {}).get("enum")
    if words:
        return ", ".join(words)
    if schema["type"] == "integer":
        return f"{schema['minimum']}-{schema['maximum']}"
    return "true, false" if schema["type"] == "boolean" else ""
