"""Drive the app in process."""

import re
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.catalog import families
from core.demo import DEMOS
from core.space import EmbeddingSpace
from explorer.look.theme import JOINER
from explorer.shell.frame import LOOKING
from explorer.work.jobs import jobs

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
PAGES = [*SCRIPTS, *families()]
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # CommonMark 0.31, 2.4


def _sixth(name: str) -> EmbeddingSpace:
    space = DEMOS[name]()
    return space.where(space.codes("pair")[0] % 6 == 0)


SHAPES, DIGITS, NETWORK = "Shapes and captions", "Digits, raw pixels", "Digits, network features"
# Every sixth pair of three demo spaces, for pages on which it does not matter how many there are.
FEW = {name: cache(partial(_sixth, name)) for name in (SHAPES, DIGITS, NETWORK)}


def started() -> AppTest:
    """The app, freshly started: nothing is kept from another test's session."""
    st.cache_resource.clear()
    return AppTest.from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)


def seen(elements: Iterable[Any]) -> list[str]:
    """The words of warnings and the like as a reader sees them."""
    return [ESCAPED.sub(r"\1", element.value).replace(JOINER, "") for element in elements]


def settled(app: AppTest, page: str | None = None, heard: list[str] | None = None) -> AppTest:
    """Run until every job the page asks for is done, and no page shows a traceback.

    What good news the runs bring on the way, which each says once, is added to what was `heard`.
    """
    if page is not None:
        app._page_hash = calc_hash(page)  # switch_page knows no page that is not a file
    for _ in range(12):
        app.run()
        assert not app.exception, app.exception
        if heard is not None:
            heard += seen(app.success)
        looking = any(caption.value == LOOKING for caption in app.caption)
        if not looking and not any(button.label == "Stop" for button in app.button):
            return app
        jobs().settle(600)  # a slow machine is no fault
    message = "the page never comes to rest"
    raise AssertionError(message)
