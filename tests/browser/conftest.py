"""The real app in a real browser. Nothing but the app's own address may be asked for anything."""

import os
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect, sync_playwright

from explorer.keep.uploads import PREFIX
from tests.browser.chromium import chromium
from tests.browser.driving import PATIENCE

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]
BASE = f"http://localhost:{PORT}"
TOKEN = "of-these-tests"
KNOWN = {  # a browser that has opened the address with the token before
    "cookies": [
        {
            "name": f"explorer-{PORT}",
            "value": TOKEN,
            "domain": "localhost",
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": False,
            "sameSite": "Lax",
        }
    ],
    "origins": [],
}
LOG = "log.txt"
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def printed(server, tmp_path_factory):
    """What gives all that the app has printed so far."""
    folder = max(
        tmp_path_factory.getbasetemp().glob("server*"), key=lambda one: one.stat().st_mtime
    )
    return (folder / LOG).read_text


@pytest.fixture(scope="module")
def server(request, tmp_path_factory):
    """The app, started by its command; its log must hold no traceback at the end.

    It is ended by SIGTERM, as a service is, and leaves no uploaded file behind.

    A test may give arguments of the command by an indirect parameter.
    """
    folder = tmp_path_factory.mktemp("server")
    log, uploaded = folder / LOG, folder / "uploaded"
    uploaded.mkdir()
    given = ["--port", str(PORT), "--workspace", str(folder / "workspace")]
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "explorer", *given, *getattr(request, "param", [])],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, "EXPLORER_TOKEN": TOKEN, "TMPDIR": str(uploaded)},
        )
    try:
        _wait_for_health(process, log)
        yield BASE
    finally:
        process.terminate()
        process.wait(60)
    assert "Traceback" not in log.read_text()
    assert not list(uploaded.glob(f"{PREFIX}*"))


def _wait_for_health(process, log: Path) -> None:
    for _ in range(480):
        assert process.poll() is None, log.read_text()
        try:
            with urlopen(f"{BASE}/_stcore/health", timeout=1) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:  # not up yet, or slow under load
            time.sleep(0.25)
    message = f"the app did not start:\n{log.read_text()}"
    raise AssertionError(message)


@pytest.fixture(scope="module")  # while it lives, no other test can run an event loop
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        started.new_context = partial(_patient, started.new_context)
        yield started
        started.close()


def _patient(new_context, **given):
    """A context that knows the address and waits long enough."""
    context = new_context(**{"storage_state": KNOWN, **given})
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(browser, server):
    """A new visitor. Foreign requests, script errors and page errors fail the test."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000}, reduced_motion="reduce", accept_downloads=True
    )
    foreign, errors = [], []

    def only_ours(route):
        if route.request.url.startswith((BASE, "data:", "blob:")):
            route.continue_()
        else:
            foreign.append(route.request.url)
            route.abort()

    context.route("**/*", only_ours)
    visitor = context.new_page()
    visitor.on("pageerror", lambda error: errors.append(str(error)))
    yield visitor
    context.close()
    assert foreign == []
    assert errors == []
