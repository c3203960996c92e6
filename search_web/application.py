"""The application: blueprints, error handlers and guards put together."""

from __future__ import annotations

from flask import Flask

from indexer.engines import LiveIndex
from search_web import api, compression, current, errors, exports, guards, pages
from search_web.settings import Settings


def make_application(index: str, settings: Settings) -> Flask:
    """A Flask application over the index in a directory; the directory need not exist yet."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    # DOIs hold double slashes, which Werkzeug would otherwise merge and redirect.
    app.url_map.merge_slashes = False
    app.jinja_env.lstrip_blocks = True
    current.attach(app, LiveIndex(index), settings)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(api.blueprint)
    errors.register(app)
    compression.register(app)
    guards.guard(app, settings)
    return app
