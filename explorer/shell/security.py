"""Who may ask, and headers that keep the data here: the browser refuses to send it elsewhere."""

from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from explorer.keep.startup import startup
from explorer.keep.visitors import known

POLICY = {
    "default-src": "'self'",
    # WebGL maps and charts compile their drawing code, which the browser calls eval
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'self'",
    "form-action": "'none'",
}
CONTENT = "Content-Security-Policy"


def _said(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{what} {where}" for what, where in policy.items())


HEADERS = {
    CONTENT: _said(POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class SecurityHeaders:
    """Pure ASGI middleware that sets :data:`HEADERS` on every answer.

    Pages of the addresses `framed_by`, if any, may show the app in a frame. Starlette's
    ``BaseHTTPMiddleware`` would read the body of an upload before the app does.
    """

    def __init__(self, app: ASGIApp, framed_by: Collection[str] = ()) -> None:
        ancestors = {"frame-ancestors": " ".join(framed_by)} if framed_by else {}
        self.app, self.headers = app, {**HEADERS, CONTENT: _said({**POLICY, **ancestors})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; set the headers when the answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)


TOKEN = "token"  # noqa: S105 - how the parameter of the address is called
HEALTH = "/_stcore/health"  # says nothing but that the server is up
UPLOADS = "/_stcore/upload_file"
UNKNOWN = (
    "This address is not complete. Open the one that the command `explorer` printed when it "
    f"started: it ends in ?{TOKEN}=... and this browser will be known from then on."
)


class Gate:
    """Pure ASGI middleware that lets in who is called by a right name and knows a token.

    The token comes once in the address, and from then on in a cookie that no script can read. A
    page of another site can neither pass its own name off as this one's (`hosts`), nor open a
    connection with the cookie of a visitor: what a browser says of the page that asks (``Origin``)
    must be this very address, port and all.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why not."""
        asks = scope["type"] in {"http", "websocket"}
        answer = self._answer(scope) if asks else None
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        """What to say instead of the app; None to let it answer."""
        headers = Headers(scope=scope)
        address = headers.get("host", "")
        if not self._is_ours(address):
            return PlainTextResponse("This server does not go by that name.", 400)
        origin = headers.get("origin")
        if scope["type"] == "websocket" and origin is None:
            return PlainTextResponse("A connection has to say which page it is for.", 403)
        if origin is not None and urlsplit(origin).netloc != address:
            return PlainTextResponse("This is for pages of this address only.", 403)
        if scope["path"] == HEALTH:
            return None
        if startup().read_only and scope["path"].startswith(UPLOADS):
            return PlainTextResponse("Uploads are switched off.", 403)
        return self._stranger(scope, headers)

    @staticmethod
    def _stranger(scope: Scope, headers: Headers) -> Response | None:
        """What to say to a browser that is not known; None to one that is."""
        if not startup().token:
            return None
        given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if token := known(value for name, value in given if name == TOKEN):
            return _remembered(scope, token, [pair for pair in given if pair[0] != TOKEN])
        cookies = cookie_parser(headers.get("cookie", ""))
        return None if known(cookies.values()) else PlainTextResponse(UNKNOWN, 403)

    def _is_ours(self, address: str) -> bool:
        try:
            name = urlsplit(f"//{address}").hostname
        except ValueError:  # brackets that are no address
            return False
        return name is not None and ("*" in self.hosts or name in self.hosts)


def _remembered(scope: Scope, token: str, rest: list[tuple[str, str]]) -> Response:
    """The way to the same address without the token, which a cookie holds from now on."""
    query = urlencode(rest)
    answer = RedirectResponse(scope["path"] + (f"?{query}" if query else ""), 303)
    port = urlsplit(f"//{Headers(scope=scope)['host']}").port  # cookies do not tell ports apart
    secure = scope["scheme"] == "https"
    answer.set_cookie(f"explorer-{port}", token, httponly=True, samesite="lax", secure=secure)
    return answer
