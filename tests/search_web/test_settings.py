from __future__ import annotations

import click
import pytest

from indexer.errors import SettingsError
from search_web import create_app
from search_web.command import main
from search_web.settings import OPTIONS, Settings, from_environment


def test_the_environment_names_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment() == Settings()
    given = {
        "MEDSEARCH_PREFIX": "/search/",
        "MEDSEARCH_PROXIES": "2",
        "MEDSEARCH_TIME_LIMIT": "0.5",
        "MEDSEARCH_RATE_LIMIT": "60/minute",
        "MEDSEARCH_CORS": "https://a.example https://b.example:8443/",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert {option.envvar for option in OPTIONS} == set(given)
    origins = ("https://a.example", "https://b.example:8443")
    assert from_environment() == Settings("/search", 2, 0.5, "60/minute", origins)


def test_serve_takes_every_setting_as_an_option() -> None:
    serve = main.commands["serve"]
    options = {option.name: option for option in serve.params if isinstance(option, click.Option)}
    assert set(Settings.__dataclass_fields__) == {option.name for option in OPTIONS} <= set(options)
    for name in ("host", "port", "threads", *Settings.__dataclass_fields__):
        assert options[name].envvar == f"MEDSEARCH_{name.upper()}"
        assert options[name].help
    defaults = serve.make_context("serve", []).params
    assert Settings(**{name: defaults[name] for name in Settings.__dataclass_fields__}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MEDSEARCH_PREFIX", "search", "no path"),
        ("MEDSEARCH_PREFIX", "//evil.example", "no path"),
        ("MEDSEARCH_PREFIX", "/a b", "no path"),
        ("MEDSEARCH_PROXIES", "-1", "range"),
        ("MEDSEARCH_TIME_LIMIT", "0", "range"),
        ("MEDSEARCH_RATE_LIMIT", "often", "no rate"),
        ("MEDSEARCH_CORS", "example.org", "neither an origin"),
        ("MEDSEARCH_CORS", "https://*.example.org", "neither an origin"),
        ("MEDSEARCH_CORS", "https://example.org/path", "neither an origin"),
    ],
)
def test_a_setting_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=said) as raised:
        create_app("index")
    assert variable in str(raised.value)
