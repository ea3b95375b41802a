"""The widget of a notebook in a page of its own, with a kernel that only keeps what it is told."""

import base64

import pytest
from playwright.sync_api import expect

import explorer
from tests.browser.driving import canvas, drag, until, wait_selected

pytestmark = pytest.mark.browser

HOME = "http://notebook.test/"
PAGE = """<!doctype html><body data-jp-theme-light="true"><div id="out"></div><script type="module">
import widget from "./widget.js";
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const kept = { _held: bytes("[[held]]"), _pictures: "[[pictures]]", rows: [] };
const heard = [];
const model = { get: (name) => kept[name], set: (name, value) => (kept[name] = value),
  save_changes: () => (window.saved = [...kept.rows]),
  on: (_, hear) => heard.push(hear), off: () => heard.pop() };
window.tell = (rows) => { kept.rows = rows; heard.forEach((hear) => hear()); };
window.end = await widget.render({ model, el: document.getElementById("out") });
</script>"""


@pytest.fixture(scope="module")
def held():
    widget = explorer.map(explorer.demo("Digits, raw pixels"), color="digit", height=500)
    encoded = base64.b64encode(widget._held).decode()
    return widget, PAGE.replace("[[held]]", encoded).replace("[[pictures]]", widget._pictures)


@pytest.fixture
def page(browser, held):
    widget, html = held
    context = browser.new_context(viewport={"width": 1200, "height": 700}, reduced_motion="reduce")
    errors = []

    def answer(route):
        if route.request.url == HOME:
            route.fulfill(body=html, content_type="text/html")
        elif route.request.url == f"{HOME}widget.js":
            route.fulfill(body=widget._esm, content_type="text/javascript")
        else:
            errors.append(route.request.url)
            route.abort()

    context.route("**/*", answer)
    visitor = context.new_page()
    visitor.on("pageerror", lambda error: errors.append(str(error)))
    visitor.goto(HOME)
    yield visitor
    context.close()
    assert [one for one in errors if not one.endswith("favicon.ico")] == []


def test_a_lasso_reaches_the_kernel_and_a_cell_the_map(page):
    frame = canvas(page)
    frame.get_by_role("button", name="Lasso (L)").click()
    drag(page, frame, [(0.05, 0.15), (0.4, 0.12), (0.45, 0.9), (0.05, 0.9)])
    selected = wait_selected(page, frame, lambda found: found > 0)
    until(page, lambda: page.evaluate("window.saved?.length"), lambda found: found == selected)
    page.evaluate("tell([3, 5, 8])")
    wait_selected(page, frame, lambda found: found == 3)
    page.get_by_text("Selected 3: selected in the notebook").wait_for()


def test_the_widget_takes_the_theme_of_the_notebook_and_leaves_nothing_behind(page):
    frame = canvas(page)
    expect(frame).to_have_css("background-color", "rgb(255, 255, 255)")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    expect(frame).to_have_css("background-color", "rgb(15, 20, 24)")
    expect(frame.locator(".status")).to_contain_text("1,797 items")
    page.evaluate("end()")
    page.evaluate("tell([1])")  # nobody hears it
