"""What a hand does on the map: look, select, color, move, go back, without a mouse."""

import io
import re

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.driving import (
    along,
    at_rest,
    canvas,
    count,
    drag,
    enlarged,
    go,
    idle,
    painted,
    places_on,
    point,
    selected_said,
    tools_below,
    until,
    wait_selected,
)

pytestmark = pytest.mark.browser
SOMEWHERE = (0.4, 0.45, 0.5, 0.55, 0.6)  # on a line lies a point
BOX = [(0.05, 0.12), (0.2, 0.4), (0.5, 0.95)]


@pytest.fixture
def frame(page, server):
    """The map of the digits, by PCA."""
    page.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Selection")
    page.get_by_role("heading", name="Map", level=1).wait_for()
    idle(page)
    return canvas(page)


def test_every_item_is_drawn_once(frame):
    expect(frame).to_have_attribute("data-ready", "1797")
    expect(frame.locator(".status")).to_contain_text("1,797 items")


def test_shift_and_drag_selects_by_a_box_and_the_server_agrees_with_the_canvas(page, frame):
    drag(page, frame, BOX, keys=("Shift",))
    found = wait_selected(page, frame, lambda n: n > 0)
    expect(selected_said(page)).to_have_text(f"{found:,}")


def test_a_second_lasso_adds_with_shift_and_takes_away_with_alt(page, frame):
    frame.get_by_role("button", name="Box (B)").click()
    drag(page, frame, [(0.1, 0.15), (0.3, 0.4), (0.45, 0.6)])
    first = wait_selected(page, frame, lambda n: n > 0)
    drag(page, frame, [(0.5, 0.4), (0.6, 0.5), (0.9, 0.9)], keys=("Shift",))
    wait_selected(page, frame, lambda n: n > first)
    drag(page, frame, [(0.5, 0.4), (0.6, 0.5), (0.9, 0.9)], keys=("Alt",))
    wait_selected(page, frame, lambda n: n == first)


def test_escape_clears_the_selection(page, frame):
    drag(page, frame, BOX, keys=("Shift",))
    wait_selected(page, frame, lambda n: n > 0)
    frame.focus()
    page.keyboard.press("Escape")
    wait_selected(page, frame, lambda n: n == 0)
    page.get_by_text("Nothing selected").wait_for()


def test_what_was_drawn_is_selected_and_undone_before_the_server_has_answered(page, server):
    held, on = [], [False]

    def between(browser):
        app = browser.connect_to_server()
        browser.on_message(lambda said: held.append((app, said)) if on[0] else app.send(said))
        app.on_message(browser.send)

    page.route_web_socket(re.compile("_stcore/stream"), between)
    page.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Selection")
    idle(page)
    frame = canvas(page)
    drag(page, frame, BOX, keys=("Shift",))
    first = wait_selected(page, frame, lambda n: n > 0)
    idle(page)
    lasso = [(0.5, 0.4), (0.6, 0.5), (0.9, 0.9), (0.5, 0.9)]
    on[0] = True  # from here on the server hears nothing
    drag(page, frame, lasso, keys=("Control", "Shift"))
    second = wait_selected(page, frame, lambda n: n not in (0, first))
    frame.focus()
    page.keyboard.press("Control+z")
    wait_selected(page, frame, lambda n: n == first)
    drag(page, frame, lasso, keys=("Control", "Shift"))
    wait_selected(page, frame, lambda n: n == second)
    page.keyboard.press("Control+z")
    wait_selected(page, frame, lambda n: n == first)
    page.keyboard.press("Control+Shift+Z")
    on[0] = False
    for app, said in held:
        app.send(said)
    wait_selected(page, frame, lambda n: n == second)
    expect(selected_said(page)).to_have_text(f"{second:,}")
    page.keyboard.press("Control+z")
    expect(selected_said(page)).to_have_text(f"{first:,}")
    wait_selected(page, frame, lambda n: n == first)


def test_two_regions_drawn_at_once_are_both_taken(page, frame):
    frame.get_by_role("button", name="Box (B)").click()
    boxes = [[(0.1, 0.15), (0.45, 0.6)], [(0.5, 0.4), (0.9, 0.9)]]
    both = 0
    for box in boxes:
        drag(page, frame, box)
        both += wait_selected(page, frame, lambda n: n > 0)
        page.keyboard.press("Escape")
        page.get_by_text("Nothing selected").wait_for()
        wait_selected(page, frame, lambda n: n == 0)
    drag(page, frame, boxes[0])
    drag(page, frame, boxes[1], keys=("Shift",))
    wait_selected(page, frame, lambda n: n == both)
    expect(selected_said(page)).to_have_text(f"{both:,}")
    idle(page)
    wait_selected(page, frame, lambda n: n == both)


def test_escape_where_nothing_is_selected_is_nothing_to_undo(page, frame):
    drag(page, frame, BOX, keys=("Shift",))
    found = wait_selected(page, frame, lambda n: n > 0)
    frame.focus()
    for _ in range(3):
        page.keyboard.press("Escape")
        page.get_by_text("Nothing selected").wait_for()
    idle(page)
    page.keyboard.press("Control+z")
    wait_selected(page, frame, lambda n: n == found)


def test_another_color_keeps_the_view_and_resends_no_points(page, frame):
    asked = []
    frame.focus()
    for _ in range(3):
        page.keyboard.press("+")
    zoom = enlarged(page, frame, lambda zoom: zoom > 2)
    version = int(frame.get_attribute("data-version"))
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("combobox", name=re.compile("Color by")).click()
    page.get_by_role("option", name="half", exact=True).click()
    until(page, lambda: int(frame.get_attribute("data-version")), lambda found: found > version)
    expect(frame).to_have_attribute("data-zoom", f"{zoom:.3f}")
    assert len([url for url in asked if "/array/" in url]) == 1  # the colors, nothing else


def test_a_view_can_be_undone_and_done_again(page, frame):
    frame.focus()
    page.keyboard.press("+")
    frame.get_by_role("button", name="View before").and_(frame.locator(":enabled")).wait_for()
    near = enlarged(page, frame, lambda zoom: zoom == pytest.approx(1.4))
    page.keyboard.press("Control+z")
    expect(frame).to_have_attribute("data-zoom", "1.000")
    page.keyboard.press("Control+Shift+Z")
    expect(frame).to_have_attribute("data-zoom", f"{near:.3f}")


def test_the_legend_hides_a_class_and_shows_one_alone(page, frame):
    entry = frame.locator(".legend button.entry").first
    size = int(entry.locator("span").last.inner_text().replace(",", ""))
    status = frame.locator(".status")
    entry.click()
    expect(status).to_contain_text(f"{size:,} hidden")
    entry.click()
    expect(status).not_to_contain_text("hidden")
    entry.dblclick()
    expect(status).to_contain_text(f"{1797 - size:,} hidden")


def test_arrow_keys_go_from_point_to_point_and_enter_selects(page, frame):
    assert "digit: " in point(page, frame)
    page.keyboard.press("Enter")
    wait_selected(page, frame, lambda n: n == 1)
    page.get_by_text("Nearest in the space").wait_for()


def test_the_mouse_over_a_point_shows_its_card(page, frame):
    point(page, frame)
    card = frame.locator(".card")
    expect(card.locator("img")).to_have_count(1)
    expect(card).to_contain_text("digit: ")
    at = card.bounding_box()
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] - 40)
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    places = places_on(frame, [(share, 0.55) for share in SOMEWHERE])
    along(page, places, page.mouse.move, card.is_visible)
    expect(card).to_contain_text("digit: ")


def test_a_click_on_a_point_lights_its_true_neighbors(page, frame):
    places = places_on(frame, [(share, 0.5) for share in SOMEWHERE])
    page.mouse.click(*along(page, places, page.mouse.move, frame.locator(".card").is_visible))
    wait_selected(page, frame, lambda n: n == 1)
    page.get_by_text("Nearest in the space").wait_for()
    # Rings, and lines that lead to them.
    until(page, lambda: painted(frame, accent=True), lambda found: found > 200)
    page.get_by_text("False neighbors", exact=True).wait_for()


def test_the_map_takes_the_colors_of_another_theme_without_being_touched(page, frame):
    def corner():
        picture = Image.open(io.BytesIO(frame.screenshot())).convert("L")
        return picture.getpixel((8, picture.height - 60))

    until(page, corner, lambda tone: tone > 200)
    page.emulate_media(color_scheme="dark")
    until(page, corner, lambda tone: tone < 60)
    expect(frame).to_have_attribute("data-ready", "1797")


def test_help_lists_what_to_do_and_closes(page, frame):
    frame.get_by_role("button", name="Help (?)").click()
    page.get_by_text("take from the selection").wait_for()
    frame.get_by_role("button", name="Close").click()
    page.get_by_text("take from the selection").wait_for(state="hidden")


def test_the_map_of_another_page_visit_is_drawn_again(page, frame):
    go(page, "Data")
    go(page, "Map")
    expect(canvas(page)).to_have_attribute("data-ready", "1797")


NO_WEBGL = (
    "const get = HTMLCanvasElement.prototype.getContext;"
    "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
    " return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest); };"
)


def test_without_webgl_the_map_has_all_it_has(page, server):
    page.add_init_script(NO_WEBGL)
    page.goto(f"{server}/?space=Digits,+raw+pixels&map.projection=PCA&dock=Selection")
    idle(page)
    frame = canvas(page)
    expect(frame).to_have_attribute("data-drawn-by", "pixels")
    expect(frame.locator(".legend button.entry")).to_have_count(10)
    drag(page, frame, BOX, keys=("Shift",))
    found = wait_selected(page, frame, lambda n: n > 0)
    expect(selected_said(page)).to_have_text(f"{found:,}")
    frame.focus()
    page.keyboard.press("+")
    enlarged(page, frame, lambda zoom: zoom > 1)


def test_three_dimensions_turn_and_a_click_selects_where_the_point_is_seen(page, server):
    page.goto(f"{server}/?space=Digits,+raw+pixels&map.projection=PCA&map.view=3-D&dock=Selection")
    idle(page)
    frame = canvas(page)
    expect(frame.locator(".legend button.entry")).to_have_count(10)
    said = point(page, frame)
    page.keyboard.press("Enter")
    wait_selected(page, frame, lambda n: n == 1)
    page.get_by_text("Nearest in the space").wait_for()
    idle(page)
    with page.expect_download() as download:
        page.locator(".st-key-inspector-csv").get_by_role("button").click()
    rows = pd.read_csv(download.value.path())
    assert [f"number: {number}" for number in rows["number"]] == said.split("; ")[1:2]


def test_zooming_does_not_lose_the_map(page, frame):
    frame.focus()
    for _ in range(20):  # 1.4 times each
        page.keyboard.press("+")
    enlarged(page, frame, lambda zoom: zoom > 40)
    page.keyboard.press("0")
    enlarged(page, frame, lambda zoom: zoom <= 1)  # less where the map is higher than wide
    box = frame.bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    for turn, end in ((-900, 80), (900, 0.6)):  # by the wheel it ends there too, and says so
        for _ in range(12):
            page.mouse.wheel(0, turn)
            page.wait_for_timeout(50)
        enlarged(page, frame, lambda zoom, end=end: zoom == end)


def test_legend_and_bars_of_a_column_filter_each_other(page, server):
    page.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Columns")
    idle(page)
    frame = canvas(page)
    legend = frame.locator(".legend button.entry")
    bars = page.locator("section[aria-label='digit']")
    bars.locator("button[title^='3:']").wait_for()
    legend.filter(has_text="3").first.click()  # the legend leaves nine of the ten
    page.get_by_text("1,614 of 1,797 items").wait_for()
    idle(page)
    expect(bars.locator("button[title^='3:']")).to_have_attribute("aria-pressed", "false")
    expect(bars.locator("button[title^='5:']")).to_have_attribute("aria-pressed", "true")
    wait_selected(page, frame, lambda n: n == 1614)
    legend.filter(has_text="3").first.click()
    page.get_by_text("1,797 of 1,797 items").wait_for()
    idle(page)
    bars.locator("button[title^='5:']").click()
    page.get_by_text("182 of 1,797 items").wait_for()
    idle(page)
    expect(legend).to_have_count(10)
    expect(frame.locator(".legend button.entry.out")).to_have_count(9)


def kind(said):
    """What a message of the server to the browser is about."""
    return ForwardMsg.FromString(said).WhichOneof("type")


def test_what_the_server_drew_before_it_heard_of_a_filter_does_not_undo_it(page, server):
    held, on, asked = [], [False], []

    def between(browser):
        app = browser.connect_to_server()

        def ask(said):
            asked.append(said)
            app.send(said)

        browser.on_message(ask)
        app.on_message(lambda said: held.append((browser, said)) if on[0] else browser.send(said))

    page.route_web_socket(re.compile("_stcore/stream"), between)
    page.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Columns")
    idle(page)
    bars = page.locator("section[aria-label='digit']")
    bars.locator("button[title^='5:']").wait_for()
    said = page.get_by_text("1,797 of 1,797 items")
    said.evaluate(
        """(status) => {
            window.said = [];
            const watch = new MutationObserver(() => window.said.push(status.textContent));
            watch.observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.get_by_role("combobox", name=re.compile("Color by")).click()
    option = page.get_by_role("option", name="half", exact=True)
    option.wait_for()
    on[0] = True  # from here on the browser hears nothing
    option.click()
    # The page is drawn in other colors, without a filter.
    until(page, lambda: [kind(late) for _, late in held], lambda kinds: "script_finished" in kinds)
    before = len(asked)
    bars.locator("button[title^='5:']").click()
    page.get_by_text("182 of 1,797 items").wait_for()
    until(page, lambda: len(asked), lambda now: now > before)  # it is told
    on[0] = False
    for browser, late in held:
        browser.send(late)
    idle(page)
    page.get_by_text("182 of 1,797 items").wait_for()
    assert set(page.evaluate("window.said")) == {"182 of 1,797 items"}


def test_a_change_made_in_the_charts_is_undone_there_by_keyboard(page, server):
    page.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Columns")
    idle(page)
    frame = canvas(page)
    bar = page.locator("section[aria-label='digit'] button[title^='5:']")
    bar.focus()
    page.keyboard.press("Enter")
    wait_selected(page, frame, lambda n: n == 182)
    idle(page)
    page.keyboard.press("Control+z")
    wait_selected(page, frame, lambda n: n == 0)
    idle(page)
    page.keyboard.press("Control+Shift+Z")
    wait_selected(page, frame, lambda n: n == 182)


def test_the_map_is_moved_by_keyboard_and_a_card_goes_with_the_focus(page, frame):
    point(page, frame)
    frame.locator(".card").wait_for()
    page.keyboard.press("Tab")
    frame.locator(".card").wait_for(state="hidden")
    before = frame.screenshot()
    frame.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(frame.get_by_role("button", name="View before")).to_be_enabled()
    frame.locator(".tools button").first.focus()
    until(page, frame.screenshot, lambda now: now != before)
    page.keyboard.press("Control+z")  # also where a tool has the focus
    expect(frame.get_by_role("button", name="View after")).to_be_enabled()


def test_on_a_phone_a_tap_inspects_and_nothing_is_cut_off(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    visitor = context.new_page()
    visitor.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Columns")
    frame = canvas(visitor)
    idle(visitor)
    main = visitor.get_by_test_id("stMain")
    assert main.evaluate("each => each.scrollWidth - each.clientWidth") == 0
    places = places_on(frame, [(0.5, share) for share in SOMEWHERE])
    along(visitor, places, visitor.touchscreen.tap, lambda: count(frame, "selected") == 1)
    expect(frame.locator(".card")).to_contain_text("digit: ")
    go_to = [visitor.get_by_role("radio", name=name) for name in ("Overview", "Trust")]
    tops = [each.bounding_box()["y"] for each in go_to]
    assert tops[0] == tops[1]  # in one row
    context.close()


def fingers(cdp, kind, *places):
    """Touch the screen with so many fingers."""
    points = [{"x": x, "y": y, "id": each} for each, (x, y) in enumerate(places)]
    cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.mark.parametrize("webgl", [True, False])
def test_two_fingers_enlarge_and_move_the_map_and_not_the_page(browser, server, webgl):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    visitor = context.new_page()
    if not webgl:
        visitor.add_init_script(NO_WEBGL)
    visitor.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Columns")
    frame = canvas(visitor)
    idle(visitor)
    cdp = context.new_cdp_session(visitor)
    box = frame.locator(".stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    frame.get_by_role("button", name="Lasso (L)").tap()  # whatever the tool

    def pinch(*apart):
        fingers(cdp, "touchStart", (x - apart[0], y), (x + apart[0], y))
        for each in apart[1:]:
            fingers(cdp, "touchMove", (x - each, y), (x + each, y))
        fingers(cdp, "touchEnd")
        visitor.wait_for_timeout(500)

    before = at_rest(visitor, lambda: float(frame.get_attribute("data-zoom") or 1))
    pinch(30, 40, 60, 90)
    enlarged(visitor, frame, lambda zoom: zoom == pytest.approx(3 * before, rel=0.02))
    for _ in range(4):
        pinch(10, 40, 90, 150)
    enlarged(visitor, frame, lambda zoom: zoom == 80)  # its bounds are those of the wheel
    for _ in range(5):
        pinch(150, 90, 40, 10)
    enlarged(visitor, frame, lambda zoom: zoom == 0.6)
    assert visitor.evaluate("visualViewport.scale") == 1
    assert count(frame, "selected") == 0
    context.close()


def test_where_no_point_is_in_view_that_is_said_with_the_way_back(page, frame):
    box = frame.locator(".stage").bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] - 4)
    for _ in range(12):
        page.mouse.wheel(0, -900)
        page.wait_for_timeout(50)
    status = frame.locator(".status")
    status.filter(has_text="none in view: Whole map (0) shows them").wait_for()
    frame.get_by_role("button", name="Whole map (0)").click()
    status.filter(has_text=re.compile("items$")).wait_for()


def test_keys_enlarge_the_map_around_the_point_that_is_looked_at(page, frame):
    said = point(page, frame)
    for _ in range(8):
        page.keyboard.press("+")
    enlarged(page, frame, lambda zoom: zoom > 10)
    page.keyboard.press("Enter")
    wait_selected(page, frame, lambda n: n == 1)
    expect(frame.locator("[aria-live]")).to_have_text(said)
    assert "none in view" not in frame.locator(".status").inner_text()


def test_the_map_takes_the_height_that_is_left_when_a_line_above_it_goes(page, frame):
    above = """(frame, high) => {
        const own = frame.getRootNode().host.closest(".stElementContainer");
        own.closest(".stColumn").parentElement.lastElementChild.style.minHeight = "1600px";
        let below = own;
        while (!below.previousElementSibling) below = below.parentElement;
        below.previousElementSibling.style.height = `${high}px`;
    }"""

    def height():
        return frame.bounding_box()["height"]

    frame.evaluate(above, 0)
    whole = at_rest(page, height)
    for high in (72, 0):
        frame.evaluate(above, high)
        until(page, height, lambda found, wanted=whole - high: found == wanted)


def test_words_on_the_map_are_written_beside_each_other_when_it_is_near(page, server):
    page.goto(f"{server}/map?space=Docstrings&map.projection=PCA&dock=Selection")
    idle(page)
    frame = canvas(page)
    words = at_rest(page, lambda: painted(frame))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    box = frame.locator(".stage").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    for _ in range(30):
        asked.clear()
        zoom = frame.get_attribute("data-zoom")
        page.mouse.wheel(0, -150)
        until(page, lambda: frame.get_attribute("data-zoom"), lambda now, zoom=zoom: now != zoom)
        at_rest(page, lambda: len(asked))
        texts = [url for url in asked if "/card/" in url]
        if len(texts) > 5:  # more than that of the point under the mouse
            break
    assert 5 < len(texts) <= 41  # no more than can be read, and that one
    until(page, lambda: painted(frame), lambda found: found > words)


def test_a_reload_and_another_page_lose_nothing_of_the_view(page, frame):
    frame.focus()
    for _ in range(3):
        page.keyboard.press("+")
    zoom = f"{enlarged(page, frame, lambda found: found > 2):.3f}"
    page.reload()
    idle(page)
    expect(canvas(page)).to_have_attribute("data-zoom", zoom)
    go(page, "Data")
    go(page, "Map")
    expect(canvas(page)).to_have_attribute("data-zoom", zoom)
    canvas(page).get_by_role("button", name="Whole map (0)").click()
    enlarged(page, canvas(page), lambda found: found <= 1)


@pytest.mark.parametrize("width", [390, 1024, 1280, 1440])
def test_tools_have_a_row_of_their_own_where_they_would_lie_over_points(page, server, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(server)
    frame = canvas(page)
    until(page, lambda: tools_below(frame), lambda ends: ends[1] <= 0)
    page.set_viewport_size({"width": 1920, "height": 800})
    until(page, lambda: tools_below(frame), lambda ends: ends[0] > 0)  # there is room beside them


def test_a_finger_draws_a_lasso_with_its_tool(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    visitor = context.new_page()
    visitor.goto(f"{server}/map?space=Digits,+raw+pixels&map.projection=PCA&dock=Columns")
    frame = canvas(visitor)
    idle(visitor)
    frame.get_by_role("button", name="Lasso (L)").tap()
    box = frame.locator(".stage").bounding_box()
    cdp = context.new_cdp_session(visitor)
    for step, (x, y) in enumerate([(0.2, 0.3), (0.7, 0.3), (0.7, 0.7), (0.2, 0.7)]):
        place = (box["x"] + x * box["width"], box["y"] + y * box["height"])
        fingers(cdp, "touchMove" if step else "touchStart", place)
    fingers(cdp, "touchEnd")
    wait_selected(visitor, frame, lambda n: n > 100)
    context.close()
