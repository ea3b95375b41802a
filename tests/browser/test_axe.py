"""No page keeps anybody out: axe finds nothing serious, light or dark, with data or without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.catalog import families
from tests.browser.driving import dock, go, idle

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
}


def findings(page):
    """What is serious or critical, and still there once all is drawn; one line an element."""
    if found := _violations(page):
        idle(page)
        found = _violations(page)
    return found


def _violations(page):
    """One line an element.

    The field inside a list of choices is 12 pixels wide in Streamlit until something is typed; a
    click anywhere in the list reaches it.
    """
    violations = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:300]} {node['failureSummary'][:400]}"
        for one in violations
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        if not (one["id"] == "target-size" and "aria-autocomplete" in node["html"])
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("server", [[], ["--no-demo"]], ids=["demo", "empty"], indirect=True)
def test_axe_finds_nothing_serious_on_any_page(page, server, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(server)
    idle(page)
    links = page.get_by_test_id("stTopNav").get_by_role("link")
    expect(links.filter(has_text="Map")).not_to_have_count(0)
    titles = [text.split("\n")[-1] for text in links.all_inner_texts()]  # below the icon
    titles += [about.title for about in families().values()]
    found = {}
    for title in titles:
        go(page, title)
        if wrong := findings(page):
            found[title] = wrong
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("server", [[]], ids=["demo"], indirect=True)
def test_axe_finds_nothing_serious_where_spaces_are_compared(page, server, scheme):
    page.emulate_media(color_scheme=scheme)
    spaces = "space=Digits, raw pixels&compare=Digits, network features"
    page.goto(f"{server}/agreement?agreement.lens=Agreement+matrix&{spaces}")
    idle(page)
    page.get_by_test_id("stPlotlyChart").first.wait_for()
    idle(page)
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("server", [[]], ids=["demo"], indirect=True)
def test_axe_finds_nothing_serious_beside_the_map(page, server, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(server)
    idle(page)
    found = {}
    for name in ("Overview", "Selection", "Measure", "Columns", "Trust"):
        dock(page, name)
        if wrong := findings(page):
            found[name] = wrong
    assert found == {}
