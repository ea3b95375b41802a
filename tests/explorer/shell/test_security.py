"""Who is let in: by a right name, from a page of this very address, with a token."""

from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from explorer.keep.startup import Startup, set_startup, startup
from explorer.shell.security import Gate

OURS = "http://localhost:8501"


@pytest.fixture
def client():
    """A browser at an app that asks for a token."""

    async def page(_request):
        return PlainTextResponse("in")

    async def stream(socket):
        await socket.accept()
        await socket.send_text("in")
        await socket.close()

    before = startup()
    set_startup(Startup(token="owner", guests=("guest",)))
    app = Router(
        [Route("/{path:path}", page, methods=["GET", "PUT"]), WebSocketRoute("/ws", stream)]
    )
    yield TestClient(Gate(app, {"localhost", "127.0.0.1", "::1"}), OURS)
    set_startup(before)


def streamed(client, **headers) -> str:
    with client.websocket_connect("ws://localhost:8501/ws", headers=headers) as socket:
        return socket.receive_text()


def test_nobody_is_let_in_without_a_token(client):
    answer = client.get("/map?space=Digits")
    assert answer.status_code == 403
    assert "printed when it started" in answer.text


@pytest.mark.parametrize("token", ["owner", "guest"])
def test_the_token_moves_from_the_address_into_a_cookie(client, token):
    answer = client.get(f"/map?space=a+b&token={token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/map?space=a+b")
    said = answer.headers["set-cookie"]
    assert said.startswith(f"explorer-8501={token};")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(said.split("; "))
    assert client.get("/map").text == "in"


@pytest.mark.parametrize("token", ["", "wrong", "Owner", "ownerowner", "ö"])
def test_a_wrong_token_opens_nothing(client, token):
    assert client.get("/", params={"token": token}).status_code == 403
    client.cookies["explorer-8501"] = token.encode("ascii", "ignore").decode()
    assert client.get("/").status_code == 403


@pytest.mark.parametrize("token", ["owner", "guest"])
def test_a_read_only_app_takes_no_upload_from_anybody(client, token):
    client.cookies["explorer-8501"] = token
    upload = "/_stcore/upload_file/session/file"
    assert client.put(upload, content=b"x").text == "in"
    set_startup(replace(startup(), read_only=True))
    answer = client.put(upload, content=b"x")
    assert (answer.status_code, answer.text) == (403, "Uploads are switched off.")
    assert client.get("/").text == "in"


def test_the_server_says_that_it_is_up_to_everybody(client):
    assert client.get("/_stcore/health").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "[::2]:8501", "[", ""])
def test_another_name_is_refused(client, host):
    client.cookies["explorer-8501"] = "owner"
    assert client.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:1", "[::1]:8501", "LOCALHOST"])
def test_every_name_of_this_machine_is_ours(client, host):
    client.cookies["explorer-8501"] = "owner"
    assert client.get("/", headers={"Host": host}).text == "in"


def test_a_connection_is_for_pages_of_this_very_address(client):
    client.cookies["explorer-8501"] = "owner"
    assert streamed(client, Origin=OURS) == "in"
    for other in ("http://localhost:8888", "http://localhost", "http://evil.example", "null"):
        with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)):
            streamed(client, Origin=other)
        assert client.put("/upload", headers={"Origin": other}).status_code == 403
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)):
        streamed(client)


def test_a_connection_needs_the_token_too(client):
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)):
        streamed(client, Origin=OURS)


def test_without_a_token_the_names_are_still_looked_at(client):
    set_startup(Startup())
    assert client.get("/").text == "in"
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
