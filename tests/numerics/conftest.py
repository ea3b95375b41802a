"""Tiles as small as those of few items, so that few items cross their borders."""

import pytest

from core.numerics import tiles


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "LEAST", 32)
