"""Models: several spaces over the same items in one table, and where they differ."""

from explorer.models.page import models_page

models_page()
