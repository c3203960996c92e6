"""What a client may keep: an answer is that of a generation, so a client that has it is told when it is still good.

The tag of an answer names the generation, the version that wrote the answer, and what else it depends on besides its
address. It is known before the search is run, so what a client has already costs nothing.
"""

from __future__ import annotations

import re

from flask import Response, request

from indexer import __version__
from indexer.search.engine import Manifest

SEARCHED = "private, no-cache"
"""Keep it, and ask each time whether it is still good; what somebody searches for is not to be kept in between."""
PUBLIC = "public, no-cache"


class Tag:
    """The tag of the answer to the request at hand.

    Args:
        manifest: Of the generation that answers.
        depends: On what of the request's headers the answer depends, as the language.
        control: Who may keep it, as Cache-Control says it.
        vary: The header of the request on which the answer depends; empty where there is none.
    """

    def __init__(self, manifest: Manifest, *depends: str, control: str = SEARCHED, vary: str = "") -> None:
        self._text = re.sub(r"[^\w.-]+", "-", ".".join((manifest.generation, __version__, *depends)), flags=re.ASCII)
        self._control = control
        self._vary = vary

    def unchanged(self) -> Response | None:
        """The answer 304 where the client has what it asks for; else None, and it has to be made."""
        if not request.if_none_match.contains_weak(self._text):
            return None
        return self.on(Response(status=304))

    def on(self, response: Response) -> Response:
        """An answer with its tag."""
        # Weak, since an answer tells how long the search took.
        response.set_etag(self._text, weak=True)
        response.headers["Cache-Control"] = self._control
        if self._vary:
            response.vary.add(self._vary)
        return response
