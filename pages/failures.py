"""Failures: what searches find instead of what is right, and where more often."""

from explorer.failures.page import failures_page

failures_page()
