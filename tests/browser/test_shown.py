"""The app that a notebook started, inside the page of the notebook, with a lens of its cells."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from playwright import sync_api

import explorer
from tests.explorer.notebook.test_showing import LENS

pytestmark = pytest.mark.browser


@pytest.fixture
def lens():
    cells = {"__name__": "__main__"}
    exec(LENS, cells)  # noqa: S102 - our own
    return cells["lens"]


@pytest.fixture
def notebook():
    """What serves a page, as a notebook does, from a port of its own; and its address."""

    class Handler(BaseHTTPRequestHandler):
        content = ""

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(self.content.encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Handler, server.server_port
        server.shutdown()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_lens_of_a_cell_runs_in_the_frame_below_it(browser, lens, notebook, host):
    handler, port = notebook
    space = explorer.space(np.full((12, 4), 0.5), name="halves")  # each of length 1
    context = browser.new_context(storage_state=None, viewport={"width": 1300, "height": 950})
    with explorer.show(space, lenses=[lens], browser=False) as shown:
        handler.content = f"<!doctype html>{shown._repr_html_()}"
        page = context.new_page()
        page.goto(f"http://{host}:{port}/")
        frame = page.frame_locator("iframe")
        try:
            frame.locator(".frame[data-ready]").first.wait_for()
        except sync_api.TimeoutError as late:
            late.add_note(frame.locator("body").inner_text(timeout=5_000))
            late.add_note("".join(shown.printed))
            raise
        frame.get_by_role("radiogroup", name="Beside the map").get_by_role(
            "radio", name="Overview"
        ).click()
        row = frame.get_by_role("button", name="Your own")
        row.wait_for()
        row.click()
        frame.get_by_text("How long are they, twice?").first.wait_for()
        frame.get_by_text("2.000", exact=True).first.wait_for()  # twice the length 1
    context.close()
