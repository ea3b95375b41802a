"""Arrays, cards and pictures of maps over HTTP: sent once, kept by the browser, never guessed.

Addresses hold a token of the process that nobody else knows. An array is published under the hash
of its content, so that the browser asks once and a change is a new address. Where the app runs
without its routes (``streamlit run``, tests), an array travels inside the page instead.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.space import EmbeddingSpace
from explorer.items.rows import picture
from explorer.keep.visitors import visitor
from explorer.look.downloads import binary

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

BUDGET = 512 << 20  # bytes of arrays kept for browsers that have not asked yet
MOST_SPACES = 32
MOST_PICTURES = 200  # in one answer
LONGEST = 300  # characters of a cell on a card

_TOKEN = secrets.token_urlsafe(24)
_PREFIX = f"/canvas/{_TOKEN}"
_lock = threading.Lock()
_arrays: OrderedDict[str, bytes] = OrderedDict()
_spaces: OrderedDict[str, EmbeddingSpace] = OrderedDict()
_served = False


def routes() -> list[Route]:
    """What the server has to answer; from now on arrays have addresses."""
    from starlette.routing import Route  # noqa: PLC0415 - the server is not loaded for tests

    global _served  # noqa: PLW0603 - one value per process: whether there is a server
    _served = True
    return [
        Route(f"{_PREFIX}/array/{{name}}", _array),
        Route(f"{_PREFIX}/card/{{name}}/{{row:int}}", _card),
        Route(f"{_PREFIX}/pictures/{{name}}", _pictures),
    ]


def address(array: NDArray[Any]) -> str:
    """Where the browser finds the bytes of an array."""
    content = np.ascontiguousarray(array).tobytes()
    if not _served:
        return f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"
    name = hashlib.blake2b(content, digest_size=16).hexdigest()
    with _lock:
        _arrays[name] = content
        _arrays.move_to_end(name)
        while len(_arrays) > 1 and sum(map(len, _arrays.values())) > BUDGET:
            _arrays.popitem(last=False)
    return f"{_PREFIX}/array/{name}"


def cards(space: EmbeddingSpace | None) -> dict[str, str] | None:
    """Where the browser finds what is known about an item; None without a server."""
    if space is None or not _served:
        return None
    # a fingerprint is in every link: this name is known to the visitor whose space it is alone
    name = hashlib.blake2b(
        space.fingerprint.encode(), key=visitor().encode()[:64], digest_size=16
    ).hexdigest()
    with _lock:
        _spaces[name] = space
        _spaces.move_to_end(name)
        while len(_spaces) > MOST_SPACES:
            _spaces.popitem(last=False)
    addresses = {"card": f"{_PREFIX}/card/{name}"}
    if "image" in space.roles:
        addresses["pictures"] = f"{_PREFIX}/pictures/{name}"
    return addresses


def card_of(space: EmbeddingSpace, row: int) -> dict[str, Any]:
    """What a card shows: a picture and the columns that are not bytes, first those with a role."""
    cells = {str(column): space.items[column].iloc[row] for column in card_columns(space)}
    lines = [[name, _said(cell)[:LONGEST]] for name, cell in cells.items() if not _empty(cell)]
    image = space.roles.get("image")
    seen = None if image is None else picture(space.items[image].iloc[row])
    if seen is None and not lines:  # of bare vectors nothing else is known
        lines = [["item", str(space.items.index[row])]]
    text = space.items[space.roles["text"]].iloc[row] if "text" in space.roles else None
    said = text[:LONGEST] if isinstance(text, str) else ""
    return {"picture": seen, "lines": lines, "text": said}


def card_columns(space: EmbeddingSpace) -> list[str]:
    """The columns that a card shows, in their order."""
    first = [space.roles[r] for r in ("text", "label", "modality", "length") if r in space.roles]
    image = space.roles.get("image")
    shown = [str(column) for column in space.items if not binary(space.items[column])]
    return [*first, *(column for column in shown if column not in first and column != image)]


def _said(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float | np.floating) else str(cell)


def _empty(cell: Any) -> bool:
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def _array(request: Request) -> Response:
    from starlette.responses import PlainTextResponse, Response  # noqa: PLC0415 - as above

    name = request.path_params["name"]
    tag = f'"{name}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    if (content := _arrays.get(name)) is None:
        return PlainTextResponse("This array is no longer kept. Reload the page.", 404)
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _card(request: Request) -> Response:
    from starlette.responses import JSONResponse  # noqa: PLC0415 - as above

    space, row = _spaces.get(request.path_params["name"]), request.path_params["row"]
    if space is None or row >= len(space):
        return JSONResponse({"picture": None, "lines": []}, 404)
    return JSONResponse(card_of(space, row), headers={"Cache-Control": "private, max-age=3600"})


def _pictures(request: Request) -> Response:
    from starlette.responses import JSONResponse  # noqa: PLC0415 - as above

    space = _spaces.get(request.path_params["name"])
    requested = [
        int(row) for row in request.query_params.get("rows", "").split(",") if row.isdigit()
    ]
    if space is None or "image" not in space.roles:
        return JSONResponse({}, 404)
    cells = space.column("image")
    rows = [row for row in requested[:MOST_PICTURES] if row < len(space)]
    return JSONResponse({str(row): picture(cells[row]) for row in rows})
