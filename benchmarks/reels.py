"""Reels in a browser: frames per second under the hand, and bytes of each.

Headless Chromium without a graphics card (software rendering) opens the player; its slider is moved
by a script at every frame of the screen for some seconds, then stepped by an arrow key that is
held, and frames that were painted are counted. The synthetic reel has 2,000 points and 41 stops;
the others are those that the app ships. Goals: 30 frames per second, 2 MB. EXPLORER_CHROMIUM names
the browser.
"""

import base64
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

from core.demo import COURSES, DEMOS
from core.engines.maps.alignment import aligned
from core.engines.maps.layouts import mapped, principal_coordinates
from core.estimates import Chance, Estimate, Interval, Score
from core.reels.course import course_reel
from core.reels.gap import gap_reel
from core.reels.made import made_reel
from core.reels.maps import morph_reel
from core.reels.reel import Keyframes, Reel, Slider, Track
from core.space import EmbeddingSpace
from explorer.maps.draw.codes import coded
from explorer.maps.draw.reel import BUNDLE, written
from explorer.stage.colors import role_colors

CHROMIUM = os.environ.get("EXPLORER_CHROMIUM") or shutil.which("chromium")
POINTS, STOPS, SECONDS = 2_000, 41, 4
GOAL, MOST = 30, 2_000_000

DRAG = """seconds => new Promise((done) => {
    const box = document.querySelector(".reel");
    const range = box.querySelector("input[type=range]");
    const [began, first] = [performance.now(), Number(box.dataset.drawn)];
    const move = () => {
        const time = performance.now() - began;
        if (time > 1000 * seconds) return done((Number(box.dataset.drawn) - first) / seconds);
        range.value = range.max * (0.5 - 0.5 * Math.cos(time / 400));
        range.dispatchEvent(new Event("input"));
        requestAnimationFrame(move);
    };
    move();
})"""
HOLD = """seconds => new Promise((done) => {
    const box = document.querySelector(".reel");
    const range = box.querySelector("input[type=range]");
    const [began, first] = [performance.now(), Number(box.dataset.drawn)];
    let key = "ArrowRight";
    const timer = setInterval(() => {
        const time = performance.now() - began;
        if (Number(range.value) >= Number(range.max)) key = "ArrowLeft";
        if (Number(range.value) <= 0) key = "ArrowRight";
        if (time < 1000 * seconds)
            return range.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        clearInterval(timer);
        done((Number(box.dataset.drawn) - first) / seconds);
    }, 33);
})"""
PAGE = """<style>:root { --st-font: sans-serif; --st-text-color: #111; --st-background-color: #fff;
--st-secondary-background-color: #eee; --st-border-color: #ccc; --st-primary-color: #0072b2;
--st-base-radius: 8px; }</style><main><div class="player"></div></main>"""


def reels() -> Mapping[str, Reel]:
    """What is measured, by name."""
    readings = (
        ("modality.gap", "centroid_distance", "Modality gap"),
        ("modality.retrieval", "recall_at_1", "Recall at 1"),
    )
    return {
        f"synthetic, {POINTS:,} points": synthetic(),
        "gap slider": gap_reel(DEMOS["Shapes and captions"](), left="image", right="text"),
        "three runs of training": course_reel(*(DEMOS[name]() for name in COURSES)),
        "playground": made_reel(turned="modality_gap", readings=readings, n_items=1000),
        "playground, two sliders": made_reel(
            turned="modality_gap", also="noise", stops=21, readings=readings, n_items=400
        ),
        "one map into another": morph(),
    }


def morph() -> Reel:
    """The digits: their pixels by PCA, turning into features of a network by PCA."""
    spaces = [DEMOS[name]() for name in ("Digits, raw pixels", "Digits, network features")]
    flat = [principal_coordinates(space.vectors, 2) for space in spaces]
    flat[1] = aligned(flat[1], flat[0]).places
    maps = [mapped(space, places, "PCA") for space, places in zip(spaces, flat, strict=True)]
    return morph_reel(*spaces, *maps)


def synthetic() -> Reel:
    """Points that wander at random, with four readings."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(POINTS, 8)).astype(np.float32)
    items = pd.DataFrame({"class": (np.arange(POINTS) % 8).astype(str)})
    space = EmbeddingSpace("wandering points", vectors, items, {"label": "class"})
    places = rng.normal(size=(STOPS, POINTS, 2)).cumsum(axis=0)
    path = Keyframes(places)
    numbers = tuple(
        Estimate(at / STOPS, Interval(at / STOPS - 0.1, at / STOPS + 0.1, ""), Chance(0.5, ""))
        for at in range(STOPS)
    )
    slider = Slider("time", tuple(map(str, range(STOPS))), np.arange(STOPS, dtype=np.float64))
    tracks = tuple(Track(f"reading {at}", "", Score(), numbers) for at in range(4))
    pairs = np.arange(16).reshape(-1, 2)
    return Reel(space, "", "", (slider,), path, tracks, np.arange(POINTS), path.box, pairs)


@contextmanager
def browser() -> Iterator[Page]:
    """A page in a browser that draws by the processor."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started.new_page(viewport={"width": 1280, "height": 720})
        started.close()


def frames_per_second(page: Page, reel: Reel) -> tuple[float, float]:
    """Painted while the slider is dragged, and while an arrow key is held."""
    codes, palette, legend = coded(role_colors(reel.space, "label", reel.rows))
    data = {
        "reel": _inline(written(reel)),
        "codes": _inline(codes.tobytes()),
        "palette": palette,
        "legend": legend,
        "cards": None,
        "height": 330,
        "chosen": None,
        "trails": [],
        "start": None,
    }
    page.set_content(PAGE)
    bundle = json.dumps(BUNDLE.read_text(encoding="utf-8"))
    page.evaluate(
        f"""async data => {{
            const blob = new Blob([{bundle}], {{ type: "text/javascript" }});
            const player = await import(URL.createObjectURL(blob));
            player.default({{ parentElement: document.querySelector("main"), data }});
        }}""",
        data,
    )
    page.locator(".reel[data-ready]").wait_for()
    page.wait_for_timeout(500)
    dragged, held = (float(page.evaluate(script, SECONDS)) for script in (DRAG, HOLD))
    return dragged, held


def _inline(content: bytes) -> str:
    return f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"


def main() -> None:
    """Print a line a reel."""
    with browser() as page:
        print(f"{'reel':<28}{'points':>8}{'frames':>8}{'kB':>8}{'dragged/s':>11}{'key held/s':>12}")
        for name, reel in reels().items():
            size, (dragged, held) = len(written(reel)), frames_per_second(page, reel)
            kept = "" if min(dragged, held) >= GOAL and size < MOST else "  misses its goal"
            print(
                f"{name:<28}{len(reel.path):>8,}{reel.n_frames:>8}{size / 1e3:>8.0f}"
                f"{dragged:>11.1f}{held:>12.1f}{kept}"
            )


if __name__ == "__main__":
    main()
