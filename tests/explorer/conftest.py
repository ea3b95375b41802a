"""The app in process, without a browser."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.explorer.driving import ROOT


@pytest.fixture
def app():
    """The app, freshly started: nothing is kept from another test's session."""
    st.cache_resource.clear()
    return AppTest.from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)
