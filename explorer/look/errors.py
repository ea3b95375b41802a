"""How an error is said: what the user can mend in a sentence, everything else as it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import ExplorerError
from explorer.look.theme import literal


@contextmanager
def explained() -> Iterator[None]:
    """Say what the user can mend; let everything else show its traceback."""
    try:
        yield
    except ExplorerError as error:
        st.warning(literal(error), icon=":material/error:")
