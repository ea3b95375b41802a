"""Everything can be done by keyboard alone, and where it is can be seen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import canvas, idle, until, wait_selected

pytestmark = pytest.mark.browser

# The element that has the focus: what it is called, and whether a line is drawn around it, or its
# frame has the color of the light theme.
FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const around = [at];
    while (around.length < 5 && around.at(-1).parentElement)
        around.push(around.at(-1).parentElement);
    const drawn = around.map((each) => getComputedStyle(each)).some((style) =>
        style.outlineStyle !== "none" || style.boxShadow !== "none"
        || style.borderTopColor === "rgb(0, 114, 178)");
    const called = at.getAttribute("aria-label") || at.innerText || at.placeholder || "";
    return [called.slice(0, 100), drawn];
}"""


def tab(page, name, *, most=120):
    """Press Tab until something of a name has the focus; it can be seen where that is."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        called, _ = page.evaluate(FOCUSED)
        passed.append(called)
        if re.search(rf"(^|\n){re.escape(name)}", called):
            until(
                page, lambda: page.evaluate(FOCUSED), lambda seen: seen[1]
            )  # colors change gradually
            return
    pytest.fail(f"{name!r} is not among {passed}")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    idle(page)


def test_from_the_first_sight_to_a_finding_its_items_and_a_named_selection(page, server):
    page.goto(server)
    frame = canvas(page)
    page.get_by_role("button", name=re.compile("^Show ")).first.wait_for()
    idle(page)
    tab(page, "Map of")
    press(page, "ArrowRight", "Enter")  # a point, and it is selected
    expect(frame.locator(".status")).to_contain_text("1 selected")
    press(page, "Control+z")
    expect(frame.locator(".status")).not_to_contain_text("selected")
    tab(page, "Lasso (L)")
    tab(page, "Overview")
    tab(page, "Show")
    press(page, "Enter")
    expect(page.get_by_role("radio", name="Selection")).to_be_checked()
    many = wait_selected(page, frame, lambda n: n > 1)
    tab(page, "Name of this selection")
    press(page, "Control+a")
    page.keyboard.type("by keyboard")
    tab(page, "Keep", most=3)
    press(page, "Enter")
    expect(page.get_by_role("button", name=f"by keyboard · {many:,}")).to_be_visible()
    tab(page, "Map of")
    press(page, "Escape")
    expect(frame.locator(".status")).not_to_contain_text("selected")


def test_tabs_beside_the_map_are_changed_by_arrows_and_a_series_is_played(page, server):
    page.goto(f"{server}/?space=Training, temperature 0.02")
    canvas(page)
    idle(page)
    step = page.get_by_role("slider", name="step")
    last = step.input_value()
    tab(page, "play_arrow")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pause").wait_for()
    for at in ("2", last):  # it is played to its end, though maps are made on the way
        expect(step).to_have_value(at)
    page.get_by_role("button", name="Play").wait_for()
    idle(page)
    tab(page, "step")
    press(page, "Home")
    expect(step).to_have_value("0")
    press(page, "ArrowRight")
    expect(step).to_have_value("1")
    tab(page, "Overview")
    press(page, "ArrowRight", "Enter")
    expect(page.get_by_role("radio", name="Selection")).to_be_checked()
